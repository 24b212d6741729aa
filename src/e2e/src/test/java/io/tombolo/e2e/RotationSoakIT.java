package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Caller;
import io.tombolo.testbed.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Certificates of 60 s for 20 minutes; [RotationIT] is the short version.
@Tag("identity")
@Tag("soak")
@ExtendWith(TwoWorldsExtension.class)
class RotationSoakIT {
  private static final String LOCAL = "127.0.0.1";
  private static final Duration LONG =
      Duration.ofSeconds(Long.getLong("tombolo.soak.seconds", 20 * 60));
  private static final int PER_SECOND = 500;
  private static final int CALLERS = 25;
  private static final long WINDOW_SECONDS = 30;

  private final TwoWorlds worlds;

  RotationSoakIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  @Test
  void short_certificates_rotate_for_long_without_a_failed_request_and_spread() throws Exception {
    worlds.awaitAllApplied();
    var before = updates();
    var began = Instant.now();
    var traffic = traffic();

    Await.until(
        "the soak is over", LONG.plusMinutes(1), () -> Instant.now().isAfter(began.plus(LONG)));

    long calls = 0;
    for (var one : traffic) {
      var tally = one.stop();
      assertThat(tally.failures()).isEmpty();
      calls += tally.ok();
    }
    var renewals = renewals(began, began.plus(LONG));
    System.out.printf("soak: %d calls in %s, renewals %s%n", calls, LONG, renewals);
    assertThat(updates()).isEqualTo(before);
    var counts = renewals.values().stream().mapToLong(Long::longValue).summaryStatistics();
    assertThat(counts.getMin()).isPositive();
    assertThat(counts.getMax()).isLessThanOrEqualTo(Math.round(2 * counts.getAverage()));
    assertThat(calls).isGreaterThan(LONG.toSeconds() * PER_SECOND * 9 / 10);
  }

  private List<Traffic> traffic() {
    var web = worlds.the("web").host();
    var billing = worlds.the("billing").host();
    var traffic = new ArrayList<Traffic>();
    for (int i = 0; i < CALLERS; i++) {
      var caller =
          switch (i % 5) {
            case 0 -> Caller.freshHttp(web, LOCAL, TwoWorlds.HTTP);
            case 1, 2 -> Caller.http(web, LOCAL, TwoWorlds.HTTP);
            case 3 -> Caller.grpc(billing, LOCAL, TwoWorlds.GRPC);
            default -> Caller.http(billing, LOCAL, TwoWorlds.HTTP);
          };
      traffic.add(Traffic.start(caller, PER_SECOND / CALLERS));
    }
    return traffic;
  }

  /// How many there were in each window, by its number.
  private Map<Long, Long> renewals(Instant from, Instant to) {
    var windows =
        LongStream.range(0, Duration.between(from, to).toSeconds() / WINDOW_SECONDS)
            .boxed()
            .collect(Collectors.toMap(Function.identity(), _ -> 0L, Long::sum, TreeMap::new));
    long after = 0;
    for (var page = page(after); !page.isEmpty(); page = page(after)) {
      for (var event : page) {
        after = event.path("n").asLong();
        var window =
            Duration.between(from, Instant.parse(event.path("time").asText())).toSeconds()
                / WINDOW_SECONDS;
        if (event.path("event").asText().equals("renewed")) {
          windows.computeIfPresent(window, (_, count) -> count + 1);
        }
      }
    }
    return windows;
  }

  private JsonNode page(long after) {
    return worlds.controlPlane().get("audit?limit=1000&after=" + after).path("lines");
  }

  private List<Long> updates() {
    return List.of("web", "billing").stream()
        .map(worlds::the)
        .flatMap(w ->
            List.of(
                w.stat("cluster_manager.cds.update_success"),
                w.stat("listener_manager.lds.update_success"))
                .stream())
        .toList();
  }
}
