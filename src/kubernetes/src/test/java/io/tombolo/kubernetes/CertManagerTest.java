package io.tombolo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.KubeApiserver;
import io.tombolo.testbed.TestbedExtension;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Against a real API server; the test plays cert-manager and its issuer.
@Tag("identity")
@ExtendWith(TestbedExtension.class)
class CertManagerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LIFE = Duration.ofDays(365);
  private static final String CSR = "-----BEGIN CERTIFICATE REQUEST-----\nMA==\n";
  private static final CertManager.Issuer MESH =
      new CertManager.Issuer("default", "mesh", "ClusterIssuer", "cert-manager.io");

  private final KubernetesClient client;
  private final CertManager impatient;

  CertManagerTest(KubeApiserver apiserver) {
    client = ClusterClient.open(Optional.of(apiserver.kubeconfig()));
    impatient = new CertManager(client, MESH, Duration.ZERO);
  }

  @BeforeEach
  void cert_manager_is_installed() {
    new Written(client).apply(KubeApiserver.certificateRequests());
    Await.until(
        "certificate requests are served",
        PATIENCE,
        () -> requests().inAnyNamespace().list() != null);
  }

  @AfterEach
  void close() {
    requests().inNamespace("default").delete();
    client.close();
  }

  private MixedOperation<
          GenericKubernetesResource,
          ? extends KubernetesResourceList<GenericKubernetesResource>,
          Resource<GenericKubernetesResource>>
      requests() {
    return client.genericKubernetesResources("cert-manager.io/v1", "CertificateRequest");
  }

  private GenericKubernetesResource only() {
    var all = requests().inNamespace("default").list().getItems();
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  /// As cert-manager's controllers write it.
  private void status(Map<String, String> texts, String... conditions) {
    var written = new java.util.HashMap<String, Object>();
    texts.forEach((field, text) -> written.put(field, base64(text)));
    var all = new ArrayList<Map<String, String>>();
    for (var one : conditions) {
      var parts = one.split(" ", 4);
      all.add(
          Map.of(
              "type", parts[0],
              "status", parts[1],
              "reason", parts[2],
              "message", parts.length > 3 ? parts[3] : "said"));
    }
    written.put("conditions", all);
    requests()
        .inNamespace("default")
        .withName(only().getMetadata().getName())
        .editStatus(request -> {
          request.setAdditionalProperty("status", written);
          return request;
        });
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void a_request_says_what_an_intermediate_must_be() {
    assertThatThrownBy(() -> impatient.sign("key", CSR, LIFE)).isInstanceOf(IOException.class);

    var request = only();
    assertThat(request.<String>get("spec", "request")).isEqualTo(base64(CSR));
    assertThat(request.<Boolean>get("spec", "isCA")).isTrue();
    assertThat(request.<List<String>>get("spec", "usages"))
        .containsExactly("cert sign", "crl sign");
    assertThat(request.<String>get("spec", "duration")).isEqualTo("31536000s");
    assertThat(request.<Map<String, String>>get("spec", "issuerRef"))
        .isEqualTo(Map.of("name", "mesh", "kind", "ClusterIssuer", "group", "cert-manager.io"));
  }

  @Test
  void what_is_signed_while_it_waits_is_returned_with_the_authority() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var signed =
          threads.submit(() -> new CertManager(client, MESH, PATIENCE).sign("key", CSR, LIFE));
      Await.until(
          "it is requested",
          PATIENCE,
          () -> !requests().inNamespace("default").list().getItems().isEmpty());
      status(Map.of(), "Approved True cert-manager.io");
      status(
          Map.of("certificate", "OURS\n", "ca", "ROOT\n"),
          "Approved True cert-manager.io",
          "Ready True Issued");

      assertThat(signed.get(60, TimeUnit.SECONDS)).isEqualTo("OURS\n\nROOT\n");
    }
  }

  @Test
  void a_slow_issuer_is_looked_at_again_and_not_asked_twice() throws Exception {
    assertThatThrownBy(() -> impatient.sign("key", CSR, LIFE))
        .hasMessageContaining("CertificateRequest default/tombolo-intermediate-")
        .hasMessageContaining("is not approved");
    status(Map.of(), "Approved True cert-manager.io", "Ready False Pending waiting for a person");
    assertThatThrownBy(() -> impatient.sign("key", CSR, LIFE))
        .hasMessageContaining("waiting for a person");
    status(Map.of("certificate", "OURS\n"), "Approved True cert-manager.io", "Ready True Issued");

    assertThat(impatient.sign("key", CSR, LIFE)).isEqualTo("OURS\n\n");
    var _ = only();
  }

  @Test
  void another_key_is_another_request() {
    for (var key : List.of("one", "other")) {
      assertThatThrownBy(() -> impatient.sign(key, CSR, LIFE)).isInstanceOf(IOException.class);
    }

    assertThat(requests().inNamespace("default").list().getItems()).hasSize(2);
  }

  @Test
  void a_denied_request_stays_denied_until_a_person_deletes_it() {
    assertThatThrownBy(() -> impatient.sign("key", CSR, LIFE)).isInstanceOf(IOException.class);
    status(Map.of(), "Denied True policy not for you", "Ready False Denied");

    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> impatient.sign("key", CSR, LIFE))
          .hasMessageContaining("was denied (not for you)")
          .hasMessageContaining("delete it");
    }
    requests().inNamespace("default").delete();
    assertThatThrownBy(() -> impatient.sign("key", CSR, LIFE))
        .hasMessageContaining("is not approved");
  }

  @Test
  void a_failed_or_invalid_request_is_told_and_made_anew() {
    for (var bad : List.of("Ready False Failed no such issuer", "InvalidRequest True x bad csr")) {
      assertThatThrownBy(() -> impatient.sign("key", CSR, LIFE)).isInstanceOf(IOException.class);
      var uid = only().getMetadata().getUid();
      status(Map.of(), "Approved True cert-manager.io", bad);

      assertThatThrownBy(() -> impatient.sign("key", CSR, LIFE))
          .hasMessageContaining(bad.split(" ", 4)[3]);
      assertThatThrownBy(() -> impatient.sign("key", CSR, LIFE))
          .hasMessageContaining("is not approved");
      assertThat(only().getMetadata().getUid()).isNotEqualTo(uid);
    }
  }

  @Test
  void certificates_that_are_not_base64_are_told() {
    assertThatThrownBy(() -> impatient.sign("key", CSR, LIFE)).isInstanceOf(IOException.class);
    requests()
        .inNamespace("default")
        .withName(only().getMetadata().getName())
        .editStatus(request -> {
          request.setAdditionalProperty(
              "status",
              Map.of(
                  "certificate",
                  "!",
                  "conditions",
                  List.of(Map.of("type", "Ready", "status", "True"))));
          return request;
        });

    assertThatThrownBy(() -> impatient.sign("key", CSR, LIFE))
        .hasMessageContaining("status.certificate");
  }

  @Test
  void a_cluster_without_the_namespace_or_out_of_reach_is_told() {
    var elsewhere = new CertManager.Issuer("nowhere", "mesh", "Issuer", "cert-manager.io");
    assertThatThrownBy(() -> new CertManager(client, elsewhere, Duration.ZERO).sign("k", CSR, LIFE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nowhere");
    try (var nowhere = Written.nowhere()) {
      assertThatThrownBy(() -> new CertManager(nowhere, MESH, Duration.ZERO).sign("k", CSR, LIFE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot be reached");
    }
  }
}
