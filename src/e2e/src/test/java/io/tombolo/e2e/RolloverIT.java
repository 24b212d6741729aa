package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Caller;
import io.tombolo.testbed.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Rollovers of the root under load: each call is a new connection, and so a handshake.
@Tag("identity")
@ExtendWith(TwoWorldsExtension.class)
class RolloverIT {
  private static final String LOCAL = "127.0.0.1";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final TwoWorlds worlds;

  RolloverIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  @Test
  void one_command_takes_the_mesh_to_a_new_root() throws Exception {
    worlds.awaitAllApplied();
    var before = root();
    var traffic = traffic();

    var said = worlds.controlPlane().tombolo("roots", "rollover", "--wait", "--timeout", "120");

    assertThat(said).contains("settled since").doesNotContain(before);
    assertThat(root()).isNotEqualTo(before);
    assertNothingFailed(traffic);
  }

  @Test
  void killed_at_every_step_it_goes_on() throws Exception {
    worlds.awaitAllApplied();
    var before = root();
    var traffic = traffic();

    act("start");
    kill();
    awaitPhaseAfter("spreading");
    kill();
    awaitPhaseAfter("reissuing");
    kill();

    assertThat(roots().path("phase").asText()).isEqualTo("settled");
    assertThat(root()).isNotEqualTo(before);
    worlds.awaitAllApplied();
    assertNothingFailed(traffic);
  }

  @Test
  void a_frozen_proxy_keeps_the_new_root_from_signing_and_is_named() throws Exception {
    worlds.awaitAllApplied();
    var before = root();
    var traffic = traffic();
    var frozen = worlds.the("ledger");

    frozen.freezeProxy();
    try {
      act("start");
      Await.until("only the frozen one is waited for", PATIENCE, () -> waitsOnlyFor(frozen));
      traffic.forEach(one -> one.awaitMore(40));
      assertThat(roots().path("phase").asText()).isEqualTo("spreading");
      assertThat(root()).isEqualTo(before);
    } finally {
      frozen.thawProxy();
    }
    awaitPhaseAfter("spreading");
    awaitPhaseAfter("reissuing");

    assertThat(root()).isNotEqualTo(before);
    worlds.awaitAllApplied();
    assertNothingFailed(traffic);
  }

  private boolean waitsOnlyFor(Workload one) {
    var waited = TwoWorlds.list(roots().path("waitingFor")).toList();
    return waited.size() == 1
        && waited.getFirst().path("node").asText().equals(one.node())
        && waited.getFirst().path("why").asText().contains("has not acknowledged");
  }

  private void kill() {
    worlds.controlPlane().daemon().restart();
    worlds.controlPlane().awaitReady();
  }

  private void awaitPhaseAfter(String phase) {
    Await.until(
        "the rollover is no more " + phase,
        PATIENCE,
        () -> !roots().path("phase").asText().equals(phase));
  }

  private void act(String action) {
    var _ = worlds.controlPlane().post("roots", Map.of("action", action));
  }

  private JsonNode roots() {
    return worlds.controlPlane().get("roots");
  }

  /// The fingerprint of the root that signs.
  private String root() {
    return roots().path("roots").get(0).path("fingerprint").asText();
  }

  private List<Traffic> traffic() {
    var traffic =
        List.of(
            Traffic.start(Caller.freshHttp(worlds.the("web").host(), LOCAL, TwoWorlds.HTTP), 50),
            Traffic.start(
                Caller.freshHttp(worlds.the("billing").host(), LOCAL, TwoWorlds.HTTP), 50));
    traffic.forEach(one -> one.awaitMore(20));
    return traffic;
  }

  private static void assertNothingFailed(List<Traffic> traffic) throws InterruptedException {
    for (var one : traffic) {
      one.awaitMore(40);
      assertThat(one.stop().failures()).isEmpty();
    }
  }
}
