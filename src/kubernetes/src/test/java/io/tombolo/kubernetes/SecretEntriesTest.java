package io.tombolo.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.tombolo.testbed.KubeApiserver;
import io.tombolo.testbed.TestbedExtension;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestbedExtension.class)
class SecretEntriesTest {
  private final KubernetesClient client;
  private final Written written;

  SecretEntriesTest(KubeApiserver apiserver) {
    client = ClusterClient.open(Optional.of(apiserver.kubeconfig()));
    written = new Written(client);
  }

  @AfterEach
  void close() {
    client.secrets().inNamespace("tombolo-system").delete();
    client.close();
  }

  @Test
  void the_first_one_to_write_an_entry_is_who_wrote_it_with_the_rights_in_k8s() throws Exception {
    written.rbac();
    try (var least = written.as("tombolo", "tombolo-system")) {
      var entries = new SecretEntries(least, "tombolo-system", "tombolo-");
      assertThat(entries.load("root")).isEmpty();

      assertThat(entries.create("root", "first".getBytes(UTF_8))).asString().isEqualTo("first");
      assertThat(entries.create("root", "second".getBytes(UTF_8))).asString().isEqualTo("first");

      assertThat(entries.load("root").orElseThrow()).asString().isEqualTo("first");
    }
  }

  @Test
  void a_secret_without_the_entry_is_not_taken_for_none() {
    written.rbac();
    written.apply(
        "{apiVersion: v1, kind: Secret, metadata: {name: tombolo-odd, namespace: tombolo-system}}");
    var entries = new SecretEntries(client, "tombolo-system", "tombolo-");

    assertThatThrownBy(() -> entries.load("odd"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("tombolo-odd");
  }

  @Test
  void a_cluster_that_cannot_be_asked_is_not_taken_for_none() {
    try (var nowhere = Written.nowhere()) {
      assertThatThrownBy(() -> new SecretEntries(nowhere, "tombolo-system", "t-").load("root"))
          .isInstanceOf(IOException.class);
    }
  }
}
