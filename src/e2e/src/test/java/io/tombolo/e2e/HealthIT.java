package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.testbed.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("spine")
@ExtendWith(TwoWorldsExtension.class)
class HealthIT {
  private static final int CHANGES = 100;

  private final TwoWorlds worlds;

  HealthIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  @Test
  void a_pod_that_is_not_ready_leaves_every_proxys_endpoints() throws Exception {
    worlds.kubernetes().ready("web", false);
    awaitGone("billing", "8080.web.shop.cluster-1.mesh.tombolo.local");
    worlds.kubernetes().ready("web", true);
    awaitThere("billing", "8080.web.shop.cluster-1.mesh.tombolo.local");

    report(
        "Kubernetes readiness",
        measure("billing", change -> worlds.kubernetes().ready("web", change % 2 == 1)));
    awaitThere("billing", "8080.web.shop.cluster-1.mesh.tombolo.local");
  }

  @Test
  void an_instance_that_is_critical_leaves_every_proxys_endpoints() throws Exception {
    var address = worlds.the("vault").host().address();
    worlds.consul().instance("vault", "vault-1", address, 8082, "critical");
    awaitGone("web", "vault.default.dc1.internal.tombolo.local");
    worlds.consul().instance("vault", "vault-1", address, 8082, "passing");
    awaitThere("web", "vault.default.dc1.internal.tombolo.local");

    report(
        "Consul health",
        measure(
            "web",
            change ->
                worlds
                    .consul()
                    .instance(
                        "vault",
                        "vault-1",
                        address,
                        8082,
                        change % 2 == 1 ? "passing" : "critical")));
    awaitThere("web", "vault.default.dc1.internal.tombolo.local");
  }

  /// How long each of 100 changes takes from the API's answer to the proxy's ACK, in milliseconds;
  /// the clock is the machine's, read here and in the control plane.
  private List<Double> measure(String proxy, IntConsumer change) {
    var lags = new ArrayList<Double>();
    for (int i = 0; i < CHANGES; i++) {
      var before = acked(proxy);
      change.accept(i);
      var answered = Instant.now();
      Await.until(
          "the proxy acknowledges change " + i,
          Duration.ofSeconds(15),
          () -> !acked(proxy).equals(before));
      lags.add(Duration.between(answered, acked(proxy)).toNanos() / 1e6);
    }
    return lags;
  }

  private Instant acked(String proxy) {
    var node = worlds.the(proxy).node();
    return TwoWorlds.list(worlds.controlPlane().get("proxies").path("proxies"))
        .filter(p -> p.path("node").asText().equals(node))
        .flatMap(p -> TwoWorlds.list(p.path("types")))
        .filter(type -> type.path("type").asText().equals("ENDPOINTS"))
        .map(HealthIT::ackedAt)
        .findFirst()
        .orElse(Instant.EPOCH);
  }

  private static Instant ackedAt(JsonNode type) {
    return type.path("ackedAt").isNull()
        ? Instant.EPOCH
        : Instant.parse(type.path("ackedAt").asText());
  }

  private static void report(String what, List<Double> lags) {
    var sorted = lags.stream().sorted().toList();
    double p50 = sorted.get(sorted.size() / 2);
    double p99 = sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1);
    System.out.printf(
        "%s: from the API's answer to the proxy's ACK, %d changes: p50 %.1f ms, p99 %.1f ms%n",
        what, sorted.size(), p50, p99);
    assertThat(sorted).hasSize(CHANGES);
  }

  private void awaitGone(String proxy, String cluster) {
    Await.until(
        cluster + " has no endpoint at " + proxy,
        Duration.ofSeconds(15),
        () -> !endpoints(proxy, cluster));
  }

  private void awaitThere(String proxy, String cluster) {
    Await.until(
        cluster + " has an endpoint at " + proxy,
        Duration.ofSeconds(15),
        () -> endpoints(proxy, cluster));
  }

  private boolean endpoints(String proxy, String cluster) {
    return worlds
        .the(proxy)
        .envoy("/clusters")
        .lines()
        .anyMatch(line -> line.startsWith(cluster + "::10.") && line.contains("::health_flags::"));
  }
}
