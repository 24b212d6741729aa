package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.testbed.Await;
import io.tombolo.testbed.Caller;
import io.tombolo.testbed.Daemon;
import io.tombolo.testbed.Traffic;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("spine")
@ExtendWith(TwoWorldsExtension.class)
class RestartIT {
  private static final String LOCAL = "127.0.0.1";

  private final TwoWorlds worlds;

  RestartIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  @Test
  void killing_the_control_plane_and_starting_it_loses_no_request() throws Exception {
    var before = clusters();
    var traffic = traffic();

    worlds.controlPlane().daemon().restart();
    traffic.forEach(t -> t.awaitMore(20));
    worlds.controlPlane().awaitReady();
    worlds.awaitAllApplied();
    traffic.forEach(t -> t.awaitMore(20));

    assertNothingLost(traffic);
    assertThat(clusters()).isEqualTo(before);
  }

  @Test
  void nothing_is_removed_when_consul_is_away_at_the_start() throws Exception {
    startWithout(worlds.consul().consul().daemon(), "consul/dc1");
  }

  @Test
  void nothing_is_removed_when_kubernetes_is_away_at_the_start() throws Exception {
    startWithout(worlds.kubernetes().api().daemon(), "kubernetes/cluster-1");
  }

  private void startWithout(Daemon source, String id) throws Exception {
    var before = clusters();
    var catalog = worlds.controlPlane().get("catalog").path("services");
    var traffic = traffic();

    source.suspend();
    try {
      worlds.controlPlane().daemon().restart();
      worlds.controlPlane().awaitReady();
      assertThat(state(id)).isEqualTo("stale");
      worlds.awaitAllApplied();
      traffic.forEach(t -> t.awaitMore(20));
      assertThat(clusters()).isEqualTo(before);
      assertThat(worlds.controlPlane().get("catalog").path("services")).isEqualTo(catalog);
    } finally {
      source.resume();
    }

    Await.until(id + " is synced again", Duration.ofSeconds(60), () -> state(id).equals("synced"));
    worlds.awaitAllApplied();
    traffic.forEach(t -> t.awaitMore(20));
    assertNothingLost(traffic);
    assertThat(clusters()).isEqualTo(before);
  }

  private List<Traffic> traffic() {
    var traffic =
        List.of(
            Traffic.start(Caller.freshHttp(worlds.the("web").host(), LOCAL, TwoWorlds.HTTP), 20),
            Traffic.start(
                Caller.freshHttp(worlds.the("billing").host(), LOCAL, TwoWorlds.HTTP), 20));
    traffic.forEach(t -> t.awaitMore(20));
    return traffic;
  }

  private static void assertNothingLost(List<Traffic> traffic) throws InterruptedException {
    for (var one : traffic) {
      var tally = one.stop();
      assertThat(tally.failures()).isEmpty();
      assertThat(tally.ok()).isPositive();
    }
  }

  private String state(String source) {
    return TwoWorlds.list(worlds.controlPlane().get("status").path("sources"))
        .filter(s -> s.path("id").asText().equals(source))
        .map(s -> s.path("state").asText())
        .findFirst()
        .orElse("unknown");
  }

  /// The clusters and endpoints that two proxies have.
  private List<List<String>> clusters() {
    return List.of("web", "billing").stream()
        .map(name ->
            worlds
                .the(name)
                .envoy("/clusters")
                .lines()
                .filter(line -> line.contains("::health_flags::"))
                .sorted()
                .toList())
        .toList();
  }
}
