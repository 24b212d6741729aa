package io.tombolo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.tombolo.kubernetes.ServiceAccountTokens.Verdict;
import io.tombolo.testbed.KubeApiserver;
import io.tombolo.testbed.TestbedExtension;
import java.time.Duration;
import java.util.List;
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

  /// The API server itself goes on accepting a token that it has just accepted.
  @Tag("identity")
  @Test
  void a_token_is_refused_as_soon_as_its_pod_is_deleted_however_often_it_was_accepted() {
    written.pod("short-lived", "10.77.1.4");
    var token = written.token("default", "short-lived", "tombolo");
    for (int i = 0; i < 3; i++) {
      assertThat(tokens.verify(token)).isInstanceOf(Verdict.Verified.class);
    }
    written.removePod("short-lived");

    long deleted = System.nanoTime();
    assertRefused(token, "does not exist any more");
    assertThat(Duration.ofNanos(System.nanoTime() - deleted)).isLessThan(Duration.ofSeconds(1));
  }

  @Tag("identity")
  @Test
  void a_token_of_the_pod_before_of_the_same_name_is_refused() {
    written.pod("again", "10.77.1.5");
    var token = written.token("default", "again", "tombolo");
    assertThat(tokens.verify(token)).isInstanceOf(Verdict.Verified.class);
    written.removePod("again");
    written.pod("again", "10.77.1.5");

    assertRefused(token, "token: ");
    assertThat(tokens.verify(written.token("default", "again", "tombolo")))
        .isInstanceOf(Verdict.Verified.class);
    written.removePod("again");
  }

  @Tag("identity")
  @Test
  void a_token_of_a_pod_that_is_being_deleted_or_has_ended_is_refused() {
    written.pod("leaving", "10.77.1.6");
    var token = written.token("default", "leaving", "tombolo");
    assertThat(tokens.verify(token)).isInstanceOf(Verdict.Verified.class);
    client.pods().inNamespace("default").withName("leaving").withGracePeriod(30_000).delete();
    assertRefused(token, "is being deleted");
    written.removePod("leaving");

    for (var phase : List.of("Succeeded", "Failed")) {
      written.pod("ended", "10.77.1.7");
      var ended = written.token("default", "ended", "tombolo");
      assertThat(tokens.verify(ended)).isInstanceOf(Verdict.Verified.class);
      written.phase("ended", phase);
      assertRefused(ended, "has ended");
      written.removePod("ended");
    }
  }

  @Tag("identity")
  @Test
  void a_token_of_a_pod_that_is_on_no_node_is_refused() {
    written.pending("waiting");

    assertRefused(written.token("default", "waiting", "tombolo"), "is on node \"\"");
    written.removePod("waiting");
  }

  @Tag("identity")
  @Test
  void with_what_the_manifests_grant_pods_are_looked_at() {
    written.rbac();
    written.pod("looked-at", "10.77.1.8");
    var token = written.token("default", "looked-at", "tombolo");
    try (var granted = written.as("tombolo", "tombolo-system")) {
      assertThat(new ServiceAccountTokens(granted, "tombolo").verify(token))
          .isEqualTo(new Verdict.Verified("default", "default", "looked-at"));
    }
    written.removePod("looked-at");
  }

  private void assertRefused(String token, String why) {
    assertThat(tokens.verify(token))
        .isInstanceOfSatisfying(
            Verdict.Refused.class, refused -> assertThat(refused.reason()).contains(why));
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
