package io.tombolo.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.testbed.KubeApiserver;
import java.io.IOException;
import java.io.UncheckedIOException;

/// Pods in a cluster, as controllers and kubelets would write them.
record Pods(KubeApiserver api, String namespace) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// In a new namespace.
  static Pods in(KubeApiserver api, String namespace) {
    var pods = new Pods(api, namespace);
    pods.create("/api/v1/namespaces", "{\"metadata\": {\"name\": \"%s\"}}".formatted(namespace));
    return pods;
  }

  void account(String name) {
    create(path("serviceaccounts"), "{\"metadata\": {\"name\": \"%s\"}}".formatted(name));
  }

  /// A pod of an account, on a node.
  void pod(String name, String account, String node) {
    create(
        path("pods"),
        """
        {"metadata": {"name": "%s"},
         "spec": {"serviceAccountName": "%s", "nodeName": "%s",
                  "automountServiceAccountToken": false,
                  "containers": [{"name": "app", "image": "app"}]}}
        """
            .formatted(name, account, node));
  }

  /// A projected token of a pod.
  String token(String account, String pod, String audience) {
    return create(
            path("serviceaccounts") + "/" + account + "/token",
            """
            {"spec": {"audiences": ["%s"], "expirationSeconds": 3600,
             "boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "%s"}}}
            """
                .formatted(audience, pod))
        .path("status")
        .path("token")
        .asText();
  }

  private String path(String kind) {
    return "/api/v1/namespaces/%s/%s".formatted(namespace, kind);
  }

  private JsonNode create(String path, String body) {
    try {
      var reply = api.call("POST", path, "application/json", body);
      if (!reply.ok()) {
        throw new IllegalStateException(path + ": " + reply);
      }
      return JSON.readTree(reply.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
