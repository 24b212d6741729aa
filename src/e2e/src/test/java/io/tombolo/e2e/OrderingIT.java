package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.testbed.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What is new is made before what is old is broken: no call fails while endpoints, routes,
/// services, their protocols and intentions change as fast as they can be written. `-Dseed=`
/// repeats a history.
@Tag("push")
@ExtendWith(TwoWorldsExtension.class)
class OrderingIT {
  private static final int CHANGES = 1_000;
  private static final int MOST_AT_ONCE = 25;
  private static final long LEAST_CALLS = 3_000;
  private static final Pattern NAMES = Pattern.compile("(noise|drift|fresh)-[0-9]+|shelf|stock");

  private final TwoWorlds worlds;
  private final Written written = new Written(NAMES);

  OrderingIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  @Test
  void a_thousand_changes_under_traffic_fail_no_call() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("OrderingIT: seed " + seed);
    try (var market = new Market(worlds)) {
      var newcomers = new Newcomers(market, written);
      var kinds =
          List.of(
              new Backends(market, written),
              newcomers,
              new Bystanders(market, written),
              new Strangers(market, written),
              new Rules(market, written),
              new Splits(market, written));
      try {
        awaitApplied(kinds);
        var standing = market.standing();
        standing.values().forEach(traffic -> traffic.awaitMore(1));
        int changes = change(kinds, new Random(seed));
        standing.values().forEach(traffic -> traffic.awaitMore(5));
        assertNothingLost(changes, standing.size(), tallies(standing, newcomers));
        assertNothingRefused();
      } finally {
        kinds.forEach(Changes::undo);
      }
    }
    worlds.awaitAllApplied();
  }

  private int change(List<Changes> kinds, Random random) {
    var began = Instant.now();
    int changes = 0;
    int applied = 0;
    while (changes < CHANGES) {
      int enough = changes + 1 + random.nextInt(MOST_AT_ONCE);
      for (int tries = 0; changes < enough && tries < MOST_AT_ONCE; tries++) {
        changes += kinds.get(random.nextInt(kinds.size())).make(random);
      }
      awaitApplied(kinds);
      applied++;
    }
    System.out.printf(
        "OrderingIT: %d changes in %d ms, %d times applied everywhere%n",
        changes, Duration.between(began, Instant.now()).toMillis(), applied);
    return changes;
  }

  /// Waits until the control plane has seen all that was written and every proxy has acknowledged
  /// what follows from it.
  private void awaitApplied(List<Changes> kinds) {
    written.awaitShown(worlds.controlPlane());
    worlds.awaitAllApplied();
    kinds.forEach(Changes::applied);
  }

  private static Map<String, Traffic.Tally> tallies(
      Map<String, Traffic> standing, Newcomers newcomers) throws InterruptedException {
    var tallies = new TreeMap<String, Traffic.Tally>();
    for (var one : standing.entrySet()) {
      tallies.put(one.getKey(), one.getValue().stop());
    }
    int number = 0;
    for (var tally : newcomers.stop()) {
      tallies.put("newcomer %03d".formatted(number++), tally);
    }
    return tallies;
  }

  /// @param standing how many of the tallies are of calls that went on all the time
  private static void assertNothingLost(
      int changes, int standing, Map<String, Traffic.Tally> tallies) {
    long calls = tallies.values().stream().mapToLong(tally -> tally.ok() + tally.failed()).sum();
    var failures = new ArrayList<String>();
    tallies.forEach(
        (name, tally) -> tally.failures().forEach(failure -> failures.add(name + ": " + failure)));
    System.out.printf(
        "OrderingIT: %d calls, %d failed; %d services called while they were new; slowest call"
            + " %d ms%n",
        calls,
        tallies.values().stream().mapToLong(Traffic.Tally::failed).sum(),
        (tallies.size() - standing) / Market.CALLERS.size(),
        tallies.values().stream().mapToLong(tally -> tally.slowest().toMillis()).max().orElse(0));
    assertThat(failures).isEmpty();
    assertThat(changes).isGreaterThanOrEqualTo(CHANGES);
    assertThat(calls).isGreaterThan(LEAST_CALLS);
    assertThat(tallies.values()).allMatch(tally -> tally.ok() > 0);
  }

  private void assertNothingRefused() {
    var refusals =
        TwoWorlds.list(worlds.controlPlane().get("proxies").path("proxies"))
            .flatMap(proxy ->
                TwoWorlds.list(proxy.path("types"))
                    .flatMap(type -> TwoWorlds.list(type.path("refused")))
                    .map(refused -> proxy.path("node").asText() + ": " + refused))
            .toList();
    assertThat(refusals).isEmpty();
    assertThat(worlds.all())
        .allSatisfy(workload -> {
          assertThat(workload.stat("listener_manager.lds.update_rejected")).isZero();
          assertThat(workload.stat("cluster_manager.cds.update_rejected")).isZero();
        });
  }
}
