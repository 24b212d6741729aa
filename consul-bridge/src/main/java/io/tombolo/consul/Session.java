package io.tombolo.consul;

import io.tombolo.mesh.catalog.Names;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/// Reads a datacenter from a full listing on until something fails. Facts are said from the thread
/// that calls; the blocking queries each have one of their own.
final class Session implements AutoCloseable {
  /// Consul lets one client have 200 connections.
  private static final int MOST_AT_ONCE = 32;

  private static final int BATCH = 2 * MOST_AT_ONCE;
  private static final String CONFIG = "config entries";

  private final Told told;
  private final Registry registry;
  private final Queries queries;
  private final BlockingQueue<News> news = new ArrayBlockingQueue<>(16);
  private final List<Watch> watches;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore free = new Semaphore(MOST_AT_ONCE);

  /// What to read again: at once, and in its turn.
  private final Set<String> urgent = new LinkedHashSet<>();

  private final Set<String> sweep = new LinkedHashSet<>();

  Session(ConsulWorld world, ConsulSource.Settings settings, Told told) throws IOException {
    this.told = told;
    this.registry = new Registry(world);
    this.queries = new Queries(settings);
    this.watches = queries.signals().stream().map(query -> new Watch(query, news)).toList();
  }

  /// Reads everything once, and then says it.
  void list() throws IOException, InterruptedException {
    for (var watch : watches) {
      hear(watch.first());
    }
    while (!urgent.isEmpty() || !sweep.isEmpty()) {
      read(batch());
    }
    var topics = new HashSet<>(Set.of(CONFIG));
    for (var service : registry.services()) {
      say(service);
      topics.add(topic(service));
    }
    told.say(CONFIG, registry.configItems());
    told.complete(topics);
  }

  /// Says what changes from then on; returns only by failing.
  void follow() throws IOException, InterruptedException {
    watches.forEach(threads::execute);
    while (true) {
      var idle = urgent.isEmpty() && sweep.isEmpty();
      for (var next = idle ? news.take() : news.poll(); next != null; next = news.poll()) {
        sayAfter(next);
      }
      var batch = batch();
      read(batch);
      batch.forEach(this::say);
    }
  }

  private void sayAfter(News next) throws IOException {
    var before = registry.services();
    hear(next).forEach(this::say);
    if (next instanceof News.Config) {
      told.say(CONFIG, registry.configItems());
    }
    var after = registry.services();
    before.stream().filter(service -> !after.contains(service)).forEach(this::dropped);
  }

  private void dropped(String service) {
    told.drop(topic(service));
  }

  private static String topic(String service) {
    return "service " + service;
  }

  private void say(String service) {
    told.say(topic(service), registry.itemsOf(service));
  }

  /// Takes news in, and notes what is to be read because of it.
  ///
  /// @return the services about which there is something to say without reading
  private Set<String> hear(News heard) throws IOException {
    return switch (heard) {
      case News.Services(var names) -> hearNames(names);
      case News.Troubles(var troubles) -> {
        urgent.addAll(registry.differing(troubles));
        yield Set.of();
      }
      case News.Nodes(var nodes) -> {
        urgent.addAll(registry.differing(nodes));
        yield Set.of();
      }
      case News.Config config -> registry.put(config);
      case News.Failed(var why) -> throw why;
    };
  }

  /// New names are read first. What else has changed cannot be told, so that all are read again.
  private Set<String> hearNames(Set<String> names) {
    var known = registry.services();
    known.stream().filter(service -> !names.contains(service)).forEach(registry::remove);
    sweep.retainAll(names);
    urgent.retainAll(names);
    var unreadable = new HashSet<String>();
    for (var name : names) {
      if (!Names.isLabel(name)) {
        unreadable.add(name);
        registry.putUnnameable(name);
      } else if (!name.equals(ConsulWorld.OWN_NAME)) {
        (known.contains(name) ? sweep : urgent).add(name);
      }
    }
    return unreadable;
  }

  private List<String> batch() {
    var batch = Stream.concat(urgent.stream(), sweep.stream()).distinct().limit(BATCH).toList();
    batch.forEach(urgent::remove);
    batch.forEach(sweep::remove);
    return batch;
  }

  private void read(List<String> services) throws IOException, InterruptedException {
    var reading = new LinkedHashMap<String, Future<List<Instance>>>();
    for (var service : services) {
      reading.put(service, threads.submit(() -> instances(service)));
    }
    for (var entry : reading.entrySet()) {
      try {
        registry.put(entry.getKey(), entry.getValue().get());
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case IOException away -> throw away;
          case IllegalArgumentException malformed ->
              registry.putProblem(entry.getKey(), String.valueOf(malformed.getMessage()));
          case null, default -> throw new IllegalStateException(e);
        }
      }
    }
  }

  private List<Instance> instances(String service) throws IOException, InterruptedException {
    free.acquire();
    try {
      return queries.instances(service);
    } finally {
      free.release();
    }
  }

  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    queries.close();
  }
}
