package io.tombolo.bench;

import io.tombolo.testbed.Await;
import io.tombolo.testbed.Loopback;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// What is measured, one after the other. Each begins with all proxies configured.
final class Scenarios implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final long GAP_NANOS = 200_000_000;
  private static final int EDITS = 10;
  private static final int STRIDE = 7919;

  private final Options options;
  private final Town town;
  private final Moves moves;
  private final Plane plane;
  private final long started;
  private Records records = new Records();
  private Fleet fleet;

  private Scenarios(Options options, Town town, Path kubeconfig) {
    this.options = options;
    this.town = town;
    this.moves = new Moves(town);
    int port = new Loopback().freePort();
    this.fleet = Fleet.start(port, options.proxies(), town::node, records);
    this.started = System.nanoTime();
    this.plane = Plane.start(kubeconfig, port);
  }

  /// All of them, each with its figures.
  static Map<String, Map<String, Double>> all(Options options, Cluster cluster, Path kubeconfig) {
    var all = new LinkedHashMap<String, Map<String, Double>>();
    var town = new Town(cluster, options);
    town.build();
    try (var scenarios = new Scenarios(options, town, kubeconfig)) {
      scenarios
          .steps()
          .forEach((name, step) -> {
            long began = System.nanoTime();
            all.put(name, step.get().all());
            System.err.printf("%s: %.1f s%n", name, (System.nanoTime() - began) / 1e9);
          });
    }
    return all;
  }

  /// In order.
  private Map<String, Supplier<Figures>> steps() {
    var steps = new LinkedHashMap<String, Supplier<Figures>>();
    steps.put("cold", this::cold);
    steps.put("churn", this::churn);
    steps.put("sustained", this::sustained);
    steps.put("policy", this::policy);
    if (options.training()) {
      steps.put("end", this::end);
    } else {
      steps.put("reconnect", this::reconnect);
      steps.put("memory", this::memory);
    }
    return steps;
  }

  /// It is told to end, and does.
  private Figures end() {
    plane.end();
    return new Figures();
  }

  private Figures cold() {
    awaitConfigured();
    var usage = plane.usage();
    var times = since(started, records.configured());
    return new Figures()
        .add("port_open_s", (fleet.opened() - started) / 1e9)
        .addTimes("configured", times)
        .add("cpu_s", usage.cpuMillis() / 1000.0)
        .add("bytes_per_proxy", records.bytes() / (double) options.proxies())
        .add("rss_peak_mib", usage.peakKib() / 1024.0);
  }

  /// One endpoint moves; when all proxies know, the next.
  private Figures churn() {
    int first = moves.last();
    var meter = new Meter(plane, records);
    for (int i = 0; i < options.changes(); i++) {
      int change = moves.move(service(i));
      Await.until("all proxies have heard", PATIENCE, () -> heardByAll(change));
      LockSupport.parkNanos(GAP_NANOS);
    }
    return meter.addTo(
        new Figures().addTimes("lag", moves.lags(first, records)),
        options.changes(),
        options.proxies());
  }

  /// So many changes a second, of all services in turn; changes of one service in order.
  private Figures sustained() {
    int first = moves.last();
    int changes = Math.toIntExact(options.rate() * options.duration().toSeconds());
    var meter = new Meter(plane, records);
    long began = System.nanoTime();
    write(changes, began);
    double rate = changes / ((System.nanoTime() - began) / 1e9);
    long written = System.nanoTime();
    var finals = moves.finals(first);
    Await.until(
        "all proxies have heard of all",
        PATIENCE,
        () -> finals.stream().allMatch(this::heardByAll));
    return meter.addTo(
        new Figures()
            .add("changes_per_s", rate)
            .addTimes("lag", moves.lags(first, records))
            .add("drained_s", (System.nanoTime() - written) / 1e9),
        changes,
        options.proxies());
  }

  private void write(int changes, long began) {
    var order = new ArrayList<ReentrantLock>();
    for (int i = 0; i < options.services(); i++) {
      order.add(new ReentrantLock());
    }
    try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < changes; i++) {
        int service = service(i);
        LockSupport.parkNanos(began + i * 1_000_000_000L / options.rate() - System.nanoTime());
        writers.execute(() -> {
          order.get(service).lock();
          try {
            moves.move(service);
          } finally {
            order.get(service).unlock();
          }
        });
      }
    }
  }

  /// The intention of the whole mesh is edited: it is in the rules of every proxy.
  private Figures policy() {
    var lags = new ArrayList<Long>();
    var meter = new Meter(plane, records);
    for (int i = 0; i < EDITS; i++) {
      var word = "edit-" + i;
      var search = records.lookFor(word);
      town.allow(word);
      long written = System.nanoTime();
      Await.until(
          "all proxies have the rule", PATIENCE, () -> search.found().size() == options.proxies());
      lags.addAll(since(written, search.found().values()));
      LockSupport.parkNanos(GAP_NANOS);
    }
    records.lookFor("");
    return meter.addTo(new Figures().addTimes("lag", lags), EDITS, options.proxies());
  }

  /// SIGKILL, one endpoint moves, start: a proxy is back when it has heard of that move.
  private Figures reconnect() {
    long bytes = records.bytes();
    int broken = records.broken() + options.proxies();
    plane.kill();
    int change = moves.move(0);
    Await.until("all streams are broken", PATIENCE, () -> records.broken() >= broken);
    long began = System.nanoTime();
    plane.startAgain();
    Await.until("all proxies are back", PATIENCE, () -> heardByAll(change));
    var back = new ArrayList<Long>();
    records
        .receipts()
        .forEach(receipts ->
            receipts.stream()
                .filter(receipt -> receipt.change() == change)
                .forEach(receipt -> back.add(receipt.at() - began)));
    var usage = plane.usage();
    return new Figures()
        .add("port_open_s", (fleet.opened() - began) / 1e9)
        .addTimes("back", back)
        .add("cpu_s", usage.cpuMillis() / 1000.0)
        .add("bytes_per_proxy", (records.bytes() - bytes) / (double) options.proxies())
        .add("refused_or_broken", records.broken() - broken)
        .add("rss_peak_mib", usage.peakKib() / 1024.0);
  }

  /// Started alone, rest; then the proxies join, rest.
  private Figures memory() {
    fleet.close();
    plane.kill();
    plane.startAgain();
    Await.until(
        "the port opens", PATIENCE, () -> new Loopback().reaches("127.0.0.1", plane.port()));
    LockSupport.parkNanos(options.rest().toNanos());
    var alone = plane.usage();
    records = new Records();
    fleet = Fleet.start(plane.port(), options.proxies(), town::node, records);
    awaitConfigured();
    var joined = plane.usage();
    LockSupport.parkNanos(options.rest().toNanos());
    var rested = plane.usage();
    return new Figures()
        .add("rss_alone_mib", alone.rssKib() / 1024.0)
        .add("rss_connected_mib", rested.rssKib() / 1024.0)
        .add("rss_per_proxy_kib", (rested.rssKib() - alone.rssKib()) / (double) options.proxies())
        .add(
            "join_cpu_ms_per_proxy",
            (joined.cpuMillis() - alone.cpuMillis()) / (double) options.proxies())
        .add(
            "idle_cpu_cores",
            (rested.cpuMillis() - joined.cpuMillis()) / (double) options.rest().toMillis());
  }

  /// A service, each time another one.
  private int service(int i) {
    return Math.floorMod(i * STRIDE + 1, options.services());
  }

  private boolean heardByAll(int change) {
    return records.seen(change) >= options.proxies();
  }

  private void awaitConfigured() {
    Await.until(
        "all proxies are configured",
        PATIENCE,
        () -> records.configured().size() == options.proxies());
  }

  private static List<Long> since(long began, Collection<Long> times) {
    return times.stream().map(time -> time - began).toList();
  }

  @Override
  public void close() {
    fleet.close();
    plane.close();
  }
}
