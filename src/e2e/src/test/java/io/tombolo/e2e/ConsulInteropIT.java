package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.testbed.Await;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/// Proxies driven by Consul's own xDS and proxies driven by Tombolo, in one mesh.
@Tag("identity")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsulInteropIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private HalfMigrated mesh;

  @BeforeAll
  void open() throws Exception {
    mesh = new HalfMigrated();
  }

  @AfterAll
  void close() {
    mesh.close();
  }

  private void awaitReaches(String service, boolean does) {
    Await.until(
        "%s reaches its upstream: %s".formatted(service, does),
        PATIENCE,
        () -> mesh.reaches(service) == does);
  }

  @Test
  @Order(1)
  void a_proxy_of_consul_calls_one_of_tombolo_which_knows_it_by_its_identity() throws Exception {
    awaitReaches("web", true);

    assertThat(mesh.call("web").body())
        .contains("\"server\": \"billing\"", "/ns/default/dc/dc1/svc/web");
  }

  @Test
  @Order(2)
  void a_proxy_of_tombolo_calls_one_of_consul() throws Exception {
    awaitReaches("billing", true);

    assertThat(mesh.call("billing").body()).contains("\"server\": \"api\"");
  }

  @Test
  @Order(3)
  void who_has_no_intention_is_refused_on_either_side() throws Exception {
    awaitReaches("web", true);
    assertThat(mesh.call("api").status()).isEqualTo(403);
    awaitReaches("billing", true);
    long refused = mesh.refusedBy("api");
    assertThat(mesh.reaches("orders")).isFalse();
    assertThat(mesh.refusedBy("api")).isGreaterThan(refused);
  }

  @Test
  @Order(4)
  void an_intention_that_is_turned_round_holds_on_both_sides() {
    mesh.consul().intention("billing", "web", "deny");
    mesh.consul().intention("api", "billing", "deny");
    awaitReaches("web", false);
    awaitReaches("billing", false);

    mesh.consul().intention("billing", "web", "allow");
    mesh.consul().intention("api", "billing", "allow");
    awaitReaches("web", true);
    awaitReaches("billing", true);
  }

  @Test
  @Order(5)
  void certificates_of_tombolos_workloads_are_signed_by_consul_against_acl_tokens() {
    assertThat(mesh.issuerOf("billing")).isEqualTo(mesh.activeRoot());
    assertThat(mesh.issuerOf("orders")).isEqualTo(mesh.activeRoot());
    assertThat(mesh.controlPlane().get("audit").toString())
        .contains("with ACL token", "of datacenter dc1", "attested", "renewed");
  }

  @Test
  @Order(6)
  void consul_changes_its_root_under_traffic_and_every_workload_renews() throws Exception {
    awaitReaches("web", true);
    awaitReaches("billing", true);
    var before = mesh.activeRoot();
    var traffic = List.of(mesh.traffic("web"), mesh.traffic("billing"));

    mesh.consul()
        .put(
            "/v1/connect/ca/configuration",
            """
            {"Provider": "consul", "Config": {"PrivateKeyType": "ec", "PrivateKeyBits": 384,
              "LeafCertTTL": "72h", "IntermediateCertTTL": "8760h"}}
            """);
    assertThat(mesh.activeRoot()).isNotEqualTo(before);
    Await.until(
        "billing and orders have certificates of the new root",
        PATIENCE,
        () ->
            mesh.issuerOf("billing").equals(mesh.activeRoot())
                && mesh.issuerOf("orders").equals(mesh.activeRoot()));

    for (var one : traffic) {
      one.awaitMore(40);
      assertThat(one.stop().failures()).isEmpty();
    }
  }

  @Test
  @Order(7)
  void the_control_plane_starts_while_consul_is_away_and_calls_go_on() throws Exception {
    mesh.consul().consul().daemon().kill();
    mesh.controlPlane().daemon().restart();
    mesh.controlPlane().awaitReady();

    awaitReaches("web", true);
    awaitReaches("billing", true);
    assertThat(mesh.controlPlane().daemon().log())
        .contains("No news of the roots, those told before are trusted");
  }
}
