package io.tombolo.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tombolo.mesh.catalog.Names;
import java.net.HttpURLConnection;
import org.jspecify.annotations.Nullable;

/// Says why the API server did not do something.
final class Reason {
  private Reason() {}

  /// @param what was tried, after "cannot"
  static String of(String what, @Nullable Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof KubernetesClientException answer && answer.getCode() > 0) {
        return "cannot %s: %s".formatted(what, answered(answer));
      }
    }
    return "cannot %s: the API server cannot be reached (%s)".formatted(what, innermost(failure));
  }

  private static String answered(KubernetesClientException answer) {
    return switch (answer.getCode()) {
      case HttpURLConnection.HTTP_UNAUTHORIZED ->
          "the API server does not accept our credentials (401); renew them in the kubeconfig";
      case HttpURLConnection.HTTP_FORBIDDEN ->
          "the API server forbids it (403); grant what k8s/rbac.yaml lists";
      default -> {
        var status = answer.getStatus();
        var message = status == null ? null : status.getMessage();
        yield "the API server answered %d (%s)"
            .formatted(answer.getCode(), message == null ? "no reason" : Names.printable(message));
      }
    };
  }

  private static String innermost(@Nullable Throwable failure) {
    if (failure == null) {
      return "no reason";
    }
    var cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    var message = cause.getMessage();
    return Names.printable(message == null ? cause.getClass().getSimpleName() : message);
  }
}
