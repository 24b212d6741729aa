package io.tombolo.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Opens clients of Kubernetes clusters that give up soon, leave trying again to the caller, and of
/// what they are sent read only what the mesh needs.
public final class ClusterClient {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private ClusterClient() {}

  /// A client of the cluster that a kubeconfig file names, or of the one that this process runs in.
  /// Connects to nothing yet. The caller closes it.
  ///
  /// @throws IllegalArgumentException if there is no such file or it cannot be used
  public static KubernetesClient open(Optional<Path> kubeconfig) {
    var config =
        kubeconfig.map(ClusterClient::fromFile).orElseGet(() -> Config.autoConfigure(null));
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(config)
                .withConnectionTimeout((int) CONNECT.toMillis())
                .withRequestTimeout((int) ANSWER.toMillis())
                .withRequestRetryBackoffLimit(0)
                .build())
        .withKubernetesSerialization(Excerpt.serialization())
        .build();
  }

  private static Config fromFile(Path kubeconfig) {
    if (!Files.isReadable(kubeconfig)) {
      throw new IllegalArgumentException("kubeconfig: cannot read " + kubeconfig);
    }
    try {
      return Config.fromKubeconfig(kubeconfig.toFile());
    } catch (RuntimeException unusable) {
      throw new IllegalArgumentException(
          "kubeconfig: cannot use " + kubeconfig + ": " + unusable.getMessage(), unusable);
    }
  }
}
