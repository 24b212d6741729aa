package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Host;
import io.tombolo.testbed.HttpCall;
import io.tombolo.testbed.KubeApiserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// What controllers and kubelets would write, written through the real API.
record Kubernetes(KubeApiserver api) {
  static final String NAMESPACE = "shop";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CRDS = "../../k8s/crds";

  /// Makes the namespace, a node and our CRDs.
  Kubernetes prepared() throws IOException {
    create("/api/v1/namespaces", "{\"metadata\": {\"name\": \"%s\"}}".formatted(NAMESPACE));
    create(
        "/api/v1/nodes",
        """
        {"metadata": {"name": "node-1", "labels": {"topology.kubernetes.io/zone": "z1"}}}
        """);
    define(KubeApiserver.httpRoutes());
    try (var files = Files.list(Path.of(CRDS))) {
      for (var file : files.filter(f -> f.toString().endsWith(".yml")).toList()) {
        define(Files.readString(file));
      }
    }
    Await.until(
        "the API server serves intentions and routes",
        Duration.ofSeconds(30),
        () -> api.call("GET", intentions(), "", "").ok() && api.call("GET", routes(), "", "").ok());
    return this;
  }

  private void define(String crd) throws IOException {
    var reply = defined(crd);
    assertThat(reply.ok()).as(reply.toString()).isTrue();
  }

  /// Defines a kind, unless it is already.
  void defineOnce(String crd) throws IOException {
    var reply = defined(crd);
    assertThat(reply.ok() || reply.status() == HttpURLConnection.HTTP_CONFLICT)
        .as(reply.toString())
        .isTrue();
  }

  private HttpCall.Reply defined(String crd) throws IOException {
    return api.call(
        "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "application/yaml", crd);
  }

  static String routes() {
    return "/apis/gateway.networking.k8s.io/v1/namespaces/%s/httproutes".formatted(NAMESPACE);
  }

  /// Creates or replaces a route of requests to a service.
  ///
  /// @param rules as in its spec
  void route(String name, String service, int port, String rules) {
    var spec =
        """
        {"parentRefs": [{"group": "", "kind": "Service", "name": "%s", "port": %d}], "rules": %s}
        """
            .formatted(service, port, rules);
    var path = routes() + "/" + name;
    if (has(path)) {
      change(path, route -> route.set("spec", parsed(spec)));
    } else {
      create(
          routes(),
          """
          {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
           "metadata": {"name": "%s"}, "spec": %s}
          """
              .formatted(name, spec));
    }
  }

  static String intentions() {
    return "/apis/mesh.tombolo.io/v1alpha1/namespaces/%s/intentions".formatted(NAMESPACE);
  }

  /// A pod with a service account of its own name, a service of that name in front of it.
  void pod(String name, Host host, String ports) {
    var uid = pod(name, host);
    service(name, ports);
    create(slices(), slice(name, ports, List.of(new Row(name, host.address(), uid, true, false))));
  }

  /// A pod with a service account of its own name, and nothing in front of it.
  ///
  /// @return its uid
  String pod(String name, Host host) {
    create(core("serviceaccounts"), "{\"metadata\": {\"name\": \"%s\"}}".formatted(name));
    var pod =
        create(
            core("pods"),
            """
            {"metadata": {"name": "%s-1", "labels": {"app": "%s"}},
             "spec": {"serviceAccountName": "%s", "nodeName": "node-1",
              "containers": [{"name": "app", "image": "app"}]}}
            """
                .formatted(name, name, name));
    var address = host.address();
    change(
        core("pods") + "/" + name + "-1/status",
        object ->
            object.set(
                "status",
                parsed(
                    """
                    {"phase": "Running", "podIP": "%s", "podIPs": [{"ip": "%s"}],
                     "conditions": [{"type": "Ready", "status": "True"}]}
                    """
                        .formatted(address, address))));
    return pod.path("metadata").path("uid").asText();
  }

  void service(String name, String ports) {
    create(
        core("services"),
        """
        {"metadata": {"name": "%s"}, "spec": {"selector": {"app": "%s"}, "ports": %s}}
        """
            .formatted(name, name, ports));
  }

  /// Says whether the pod is ready, as its EndpointSlice tells it.
  void ready(String name, boolean ready) {
    change(
        slices() + "/" + name,
        object ->
            ((ObjectNode) object.path("endpoints").path(0))
                .set(
                    "conditions",
                    parsed(
                        """
                        {"ready": %s, "serving": %s, "terminating": false}
                        """
                            .formatted(ready, ready))));
  }

  /// A projected token of the pod's service account, bound to the pod.
  String token(String name, String audience) {
    var uid =
        send("GET", core("pods") + "/" + name + "-1", "", "").path("metadata").path("uid").asText();
    return create(
            core("serviceaccounts") + "/" + name + "/token",
            """
            {"spec": {"audiences": ["%s"], "expirationSeconds": 3600, "boundObjectRef":
              {"kind": "Pod", "apiVersion": "v1", "name": "%s-1", "uid": "%s"}}}
            """
                .formatted(audience, name, uid))
        .path("status")
        .path("token")
        .asText();
  }

  void intention(String name, String spec) {
    create(
        intentions(),
        """
        {"apiVersion": "mesh.tombolo.io/v1alpha1", "kind": "Intention",
         "metadata": {"name": "%s"}, "spec": %s}
        """
            .formatted(name, spec));
  }

  void deleteIntention(String name) {
    delete(intentions() + "/" + name);
  }

  void delete(String path) {
    send("DELETE", path, "", "");
  }

  /// Reads an object, changes it and writes it back; once more if someone else, who writes its
  /// status, has been faster.
  void change(String path, Consumer<ObjectNode> change) {
    HttpCall.Reply reply;
    do {
      var object = (ObjectNode) send("GET", path, "", "");
      change.accept(object);
      reply = call("PUT", path, "application/json", object.toString());
    } while (reply.status() == HttpURLConnection.HTTP_CONFLICT);
    if (!reply.ok()) {
      throw new IllegalStateException("PUT " + path + ": " + reply);
    }
  }

  static JsonNode parsed(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean has(String path) {
    return call("GET", path, "", "").ok();
  }

  private HttpCall.Reply call(String method, String path, String type, String body) {
    try {
      return api.call(method, path, type, body);
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    }
  }

  JsonNode create(String path, String body) {
    return send("POST", path, "application/json", body);
  }

  JsonNode send(String method, String path, String type, String body) {
    var reply = call(method, path, type, body);
    if (!reply.ok()) {
      throw new IllegalStateException(method + " " + path + ": " + reply);
    }
    return parsed(reply.body());
  }

  /// One row of an EndpointSlice.
  ///
  /// @param pod without the `-1` of its name
  record Row(String pod, String address, String uid, boolean ready, boolean terminating) {
    ObjectNode json() {
      var row = JSON.createObjectNode().put("nodeName", "node-1").put("zone", "z1");
      row.putArray("addresses").add(address);
      row.putObject("conditions")
          .put("ready", ready)
          .put("serving", ready || terminating)
          .put("terminating", terminating);
      row.putObject("targetRef")
          .put("kind", "Pod")
          .put("namespace", NAMESPACE)
          .put("name", pod + "-1")
          .put("uid", uid);
      return row;
    }
  }

  /// An EndpointSlice of a service, with its ports under the numbers that callers use.
  static String slice(String service, String servicePorts, List<Row> rows) {
    var slice = JSON.createObjectNode().put("addressType", "IPv4");
    slice
        .putObject("metadata")
        .put("name", service)
        .putObject("labels")
        .put("kubernetes.io/service-name", service);
    var ports = slice.putArray("ports");
    for (var port : parsed(servicePorts)) {
      ports
          .addObject()
          .put("name", port.path("name").asText())
          .put("port", port.path("targetPort").asInt(port.path("port").asInt()))
          .put("protocol", "TCP");
    }
    slice.putArray("endpoints").addAll(rows.stream().map(Row::json).toList());
    return slice.toString();
  }

  static String core(String kind) {
    return "/api/v1/namespaces/%s/%s".formatted(NAMESPACE, kind);
  }

  static String slices() {
    return "/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices".formatted(NAMESPACE);
  }
}
