package io.tombolo.bench;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.tombolo.testbed.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The synthetic mesh: services of one HTTP port in namespaces of a hundred, each with some
/// endpoints. Those that proxies stand for are pods, the first of every service, then the second;
/// others are in slices only. The last endpoint of a service is the one that moves.
record Town(Cluster cluster, Options options) {
  private static final int PER_NAMESPACE = 100;
  private static final int WRITERS = 8;
  private static final String POLICY = "mesh-wide";

  private static String namespace(int service) {
    return "bench-%d".formatted(service / PER_NAMESPACE);
  }

  private static String name(int service) {
    return "service-%d".formatted(service);
  }

  private static String pod(int service, int endpoint) {
    return name(service) + "-" + endpoint;
  }

  private String address(int service, int endpoint) {
    int n = service * options.endpoints() + endpoint;
    return "10.%d.%d.%d".formatted(16 + (n >> 16), n >> 8 & 255, n & 255);
  }

  /// Makes everything, and our CRDs.
  void build() {
    for (int first = 0; first < options.services(); first += PER_NAMESPACE) {
      createNamespace(namespace(first));
    }
    installDefinitions();
    each(options.proxies(), i -> createPod(i % options.services(), i / options.services()));
    each(options.services(), this::createService);
    allow("nobody");
  }

  private void createNamespace(String name) {
    var named = "{\"metadata\": {\"name\": \"%s\"}}";
    cluster.create("/api/v1/namespaces", named.formatted(name));
    cluster.create(
        "/api/v1/namespaces/%s/serviceaccounts".formatted(name), named.formatted("default"));
  }

  private void installDefinitions() {
    try (var files = Files.list(Path.of("../k8s/crds"))) {
      for (var file : files.toList()) {
        cluster.createYaml(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Files.readString(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read k8s/crds", e);
    }
  }

  private void createPod(int service, int endpoint) {
    var path = "/api/v1/namespaces/%s/pods".formatted(namespace(service));
    cluster.create(
        path,
        """
        {"metadata": {"name": "%s", "labels": {"app": "%s"}},
         "spec": {"nodeName": "node", "serviceAccountName": "default",
          "automountServiceAccountToken": false,
          "containers": [{"name": "app", "image": "app"}]}}
        """
            .formatted(pod(service, endpoint), name(service)));
    var address = address(service, endpoint);
    cluster.merge(
        path + "/" + pod(service, endpoint) + "/status",
        """
        {"status": {"phase": "Running", "podIP": "%s", "podIPs": [{"ip": "%s"}]}}
        """
            .formatted(address, address));
  }

  private void createService(int service) {
    cluster.create(
        "/api/v1/namespaces/%s/services".formatted(namespace(service)),
        """
        {"metadata": {"name": "%s"},
         "spec": {"selector": {"app": "%s"},
          "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}}
        """
            .formatted(name(service), name(service)));
    var rows =
        IntStream.range(0, options.endpoints())
            .mapToObj(endpoint -> row(service, endpoint))
            .collect(Collectors.joining(", "));
    cluster.create(
        "/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices".formatted(namespace(service)),
        """
        {"metadata": {"name": "%s", "labels": {"kubernetes.io/service-name": "%s"}},
         "addressType": "IPv4", "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
         "endpoints": [%s]}
        """
            .formatted(name(service), name(service), rows));
  }

  private String row(int service, int endpoint) {
    boolean isPod = endpoint * options.services() + service < options.proxies();
    return "{\"addresses\": [\"%s\"]%s}"
        .formatted(
            address(service, endpoint),
            isPod
                ? ", \"targetRef\": {\"kind\": \"Pod\", \"name\": \"%s\"}"
                    .formatted(pod(service, endpoint))
                : "");
  }

  /// Moves an endpoint of a service.
  void move(int service, Change change) {
    cluster.patch(
        "/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices/%s"
            .formatted(namespace(service), name(service)),
        """
        [{"op": "replace", "path": "/endpoints/%d/addresses/0", "value": "%s"}]
        """
            .formatted(options.endpoints() - 1, change.address()));
  }

  /// Writes the intention of the whole mesh: everyone may call everything, and this account too. So
  /// every proxy's rules hold its name.
  void allow(String account) {
    var path =
        "/apis/mesh.tombolo.io/v1alpha1/namespaces/%s/intentions/%s"
            .formatted(namespace(0), POLICY);
    var intention =
        """
        apiVersion: mesh.tombolo.io/v1alpha1
        kind: Intention
        metadata: {name: %s, namespace: %s}
        spec:
          destination: {name: "*", namespace: "*"}
          sources:
          - {name: "*", namespace: "*", action: allow}
          - {serviceAccount: "%s", action: allow}
        """
            .formatted(POLICY, namespace(0), account);
    Await.until(
        "the API server takes intentions",
        Duration.ofSeconds(30),
        () -> {
          cluster.apply(path, intention);
          return true;
        });
  }

  /// Who the proxy beside pod `i` says it is.
  Node node(int i) {
    int service = i % options.services();
    var id =
        "kubernetes/bench/%s/%s"
            .formatted(namespace(service), pod(service, i / options.services()));
    var tombolo =
        Struct.newBuilder()
            .putFields("network", text("pods"))
            .putFields(
                "identity",
                text("spiffe://tombolo.local/ns/%s/sa/default".formatted(namespace(service))));
    return Node.newBuilder()
        .setId(id)
        .setMetadata(
            Struct.newBuilder()
                .putFields("tombolo", Value.newBuilder().setStructValue(tombolo).build()))
        .build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  /// Runs a task for 0 to `n - 1`, several at a time.
  private static void each(int n, IntConsumer task) {
    try (var writers = Executors.newFixedThreadPool(WRITERS)) {
      List<? extends Future<?>> all =
          IntStream.range(0, n).mapToObj(i -> writers.submit(() -> task.accept(i))).toList();
      for (var one : all) {
        one.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the mesh cannot be written", e.getCause());
    }
  }
}
