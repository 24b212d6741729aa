package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.testbed.Await;
import io.tombolo.testbed.HttpCall;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Intentions are written again and again under traffic, while the control plane is killed now and
/// then. A request that every version allows which may be in force is allowed, one that every such
/// version denies is denied. The seed is printed; `-Dtombolo.edits.seed=N` replays it,
/// `-Dtombolo.edits=10000` makes a long run of it.
@Tag("intentions")
@ExtendWith(TwoWorldsExtension.class)
class EditsIT {
  private static final int EDITS = Integer.getInteger("tombolo.edits", 100);
  private static final int EDITS_PER_KILL = Math.max(EDITS / 10, 100);

  /// In how long an edit is in force at the latest.
  private static final long CONVERGED_NANOS = Duration.ofSeconds(5).toNanos();

  private static final List<String> CALLERS = List.of("web", "orders");
  private static final String ALWAYS = "/yes";
  private static final String NEVER = "/no";
  private static final List<String> PATHS = List.of(ALWAYS, NEVER, "/a", "/b", "/c");

  private final TwoWorlds worlds;

  /// What was wanted from when on: who may send what.
  private final ConcurrentSkipListMap<Long, Map<String, Boolean>> wanted =
      new ConcurrentSkipListMap<>();

  /// From when to when the control plane could not tell of edits.
  private final List<long[]> outages = Collections.synchronizedList(new ArrayList<>());

  private final AtomicBoolean done = new AtomicBoolean();

  EditsIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  /// A request and what became of it; times as of `System.nanoTime()`.
  private record Sent(String caller, String path, long begun, long ended, int status) {}

  @Test
  void what_old_and_new_agree_on_holds_throughout() throws Exception {
    long seed = Long.getLong("tombolo.edits.seed", System.nanoTime());
    System.out.printf("tombolo.edits.seed=%d%n", seed);
    var random = new Random(seed);
    var matrix = new TreeMap<String, Boolean>();
    CALLERS.forEach(
        caller -> PATHS.forEach(path -> matrix.put(caller + path, path.equals(ALWAYS))));
    write(matrix, random);
    Await.until(
        "the first version is in force",
        Duration.ofSeconds(30),
        () -> status("orders", ALWAYS) == 200 && status("web", NEVER) == 403);

    var sent = Collections.synchronizedList(new ArrayList<Sent>());
    try (var calling = Executors.newCachedThreadPool()) {
      var callers =
          CALLERS.stream()
              .map(caller -> calling.submit(() -> call(caller, new Random(seed), sent)))
              .toList();
      try {
        edit(matrix, random);
        worlds.awaitAllApplied();
      } finally {
        done.set(true);
      }
      for (var caller : callers) {
        caller.get();
      }
    } finally {
      worlds.consul().intention("billing", "web-shop", "allow");
      worlds.awaitAllApplied();
    }

    System.out.printf("%d edits, %d kills, %d requests%n", EDITS, outages.size(), sent.size());
    assertThat(sent).extracting(Sent::status).containsOnly(200, 403);
    assertThat(sent).allMatch(this::isRight);
    assertThat(sent.size()).isGreaterThan(EDITS);
  }

  /// Flips what may be sent, one at a time.
  private void edit(Map<String, Boolean> matrix, Random random) throws Exception {
    for (int edit = 1; edit <= EDITS; edit++) {
      var flipped = CALLERS.get(random.nextInt(2)) + PATHS.get(2 + random.nextInt(3));
      matrix.computeIfPresent(flipped, (_, may) -> !may);
      write(matrix, random);
      if (edit % EDITS_PER_KILL == 0) {
        long killed = System.nanoTime();
        var outage = new long[] {killed, Long.MAX_VALUE};
        outages.add(outage);
        worlds.controlPlane().daemon().restart();
        worlds.controlPlane().awaitReady();
        worlds.awaitAllApplied();
        outage[1] = System.nanoTime();
      }
    }
  }

  private Void call(String caller, Random random, List<Sent> sent) throws IOException {
    while (!done.get()) {
      var path = PATHS.get(random.nextInt(PATHS.size()));
      long begun = System.nanoTime();
      int status = status(caller, path);
      sent.add(new Sent(caller, path, begun, System.nanoTime(), status));
    }
    return null;
  }

  private int status(String caller, String path) throws IOException {
    var call = HttpCall.get("http://127.0.0.1:%d%s".formatted(TwoWorlds.HTTP, path));
    return worlds.the(caller).host().http(call).status();
  }

  /// Does some version that may have been in force say so?
  private boolean isRight(Sent one) {
    long from = one.begun() - CONVERGED_NANOS;
    for (var outage : outages) {
      if (outage[0] <= one.ended() && one.begun() <= outage[1]) {
        from = Math.min(from, outage[0] - CONVERGED_NANOS);
      }
    }
    var oldest = wanted.floorKey(from);
    return wanted
        .subMap(oldest == null ? wanted.firstKey() : oldest, true, one.ended(), true)
        .values()
        .stream()
        .anyMatch(matrix ->
            Boolean.TRUE.equals(matrix.get(one.caller() + one.path())) == (one.status() == 200));
  }

  /// Writes who may send what, each time in other words.
  private void write(Map<String, Boolean> matrix, Random random) {
    var sources = new ArrayList<String>();
    for (var caller : CALLERS) {
      var permissions = new ArrayList<String>();
      var paths = new ArrayList<>(PATHS);
      Collections.shuffle(paths, random);
      for (var path : paths) {
        boolean may = Boolean.TRUE.equals(matrix.get(caller + path));
        if (may || random.nextBoolean()) {
          permissions.add(
              "{\"Action\": \"%s\", \"HTTP\": {\"%s\": \"%s\"%s}}"
                  .formatted(
                      may ? "allow" : "deny",
                      random.nextBoolean() ? "PathExact" : "PathPrefix",
                      path,
                      random.nextBoolean() ? ", \"Methods\": [\"GET\", \"PUT\"]" : ""));
        }
      }
      sources.add(
          "{\"Name\": \"%s-shop\", \"Permissions\": [%s]}"
              .formatted(caller, String.join(", ", permissions)));
    }
    if (random.nextBoolean()) {
      sources.add("{\"Name\": \"*\", \"Action\": \"deny\"}");
    }
    Collections.shuffle(sources, random);
    wanted.put(System.nanoTime(), new HashMap<>(matrix));
    worlds
        .consul()
        .put(
            "/v1/config",
            "{\"Kind\": \"service-intentions\", \"Name\": \"billing\", \"Sources\": [%s]}"
                .formatted(String.join(", ", sources)));
  }
}
