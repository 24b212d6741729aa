package io.tombolo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.tombolo.kubernetes.ServiceAccountTokens.Verdict;
import io.tombolo.testbed.KubeApiserver;
import io.tombolo.testbed.TestbedExtension;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("spine")
@ExtendWith(TestbedExtension.class)
class ServiceAccountTokensTest {
  private final KubernetesClient client;
  private final Written written;
  private final String adminToken;
  private final ServiceAccountTokens tokens;

  ServiceAccountTokensTest(KubeApiserver apiserver) {
    client = ClusterClient.open(Optional.of(apiserver.kubeconfig()));
    written = new Written(client);
    adminToken = apiserver.adminToken();
    tokens = new ServiceAccountTokens(client, ServiceAccountTokens.AUDIENCE);
  }

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void a_projected_token_proves_its_pod() {
    written.pod("prover", "10.77.1.1");

    assertThat(tokens.verify(written.token("default", "prover", "tombolo")))
        .isEqualTo(new Verdict.Verified("default", "default", "prover"));
    written.removePod("prover");
  }

  @Test
  void a_token_for_another_audience_is_refused() {
    written.pod("elsewhere", "10.77.1.2");

    assertThat(tokens.verify(written.token("default", "elsewhere", "vault")))
        .isInstanceOf(Verdict.Refused.class);
    assertThat(tokens.verify(written.token("default", "elsewhere", KubeApiserver.ISSUER)))
        .isInstanceOf(Verdict.Refused.class);
    written.removePod("elsewhere");
  }

  @Test
  void a_token_of_a_pod_that_is_gone_is_refused() {
    written.pod("gone", "10.77.1.3");
    var token = written.token("default", "gone", "tombolo");
    written.removePod("gone");

    assertThat(tokens.verify(token)).isInstanceOf(Verdict.Refused.class);
  }

  @Test
  void a_token_that_is_bound_to_no_pod_is_refused() {
    written.account("loose");

    assertThat(tokens.verify(written.token("loose", "", "tombolo")))
        .isInstanceOfSatisfying(
            Verdict.Refused.class, refused -> assertThat(refused.reason()).contains("pod"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "garbage", "a b", "eyJhbGciOiJub25lIn0.e30.", "\u0000", "a.b.c"})
  void garbage_is_refused(String token) {
    assertThat(tokens.verify(token)).isInstanceOf(Verdict.Refused.class);
  }

  @Test
  void an_administrators_own_token_is_refused() {
    assertThat(tokens.verify(adminToken)).isInstanceOf(Verdict.Refused.class);
  }

  @Test
  void a_cluster_that_cannot_be_asked_decides_nothing() {
    try (var nowhere = Written.nowhere()) {
      assertThat(new ServiceAccountTokens(nowhere, "tombolo").verify("a.b.c"))
          .isInstanceOf(Verdict.Unavailable.class);
    }
  }
}
