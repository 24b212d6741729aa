package io.tombolo.bench;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/// What a fleet hears, and when. Times are [System#nanoTime]. Thread-safe.
final class Records implements SimulatedProxy.Ear {
  /// A proxy has heard of a change.
  record Receipt(int change, long at) {}

  /// A word that is looked for, and when each proxy first saw it.
  record Search(String word, Map<SimulatedProxy, Long> found) {}

  private final Map<SimulatedProxy, Collection<Receipt>> receipts = new ConcurrentHashMap<>();
  private final Map<SimulatedProxy, Long> configured = new ConcurrentHashMap<>();
  private final AtomicIntegerArray seen = new AtomicIntegerArray(Change.MOST);
  private final Map<Kind, AtomicLong> bytes = new EnumMap<>(Kind.class);
  private final AtomicInteger broken = new AtomicInteger();
  private volatile Search search = new Search("", Map.of());

  Records() {
    for (var kind : Kind.values()) {
      bytes.put(kind, new AtomicLong());
    }
  }

  @Override
  public void heard(SimulatedProxy proxy, Answer answer) {
    Objects.requireNonNull(bytes.get(answer.kind())).addAndGet(answer.bytes().length);
    var now = search;
    if (!now.word().isEmpty()
        && !now.found().containsKey(proxy)
        && answer.resources().stream().anyMatch(given -> answer.contains(given, word(now)))) {
      now.found().put(proxy, System.nanoTime());
    }
  }

  @Override
  public void changed(SimulatedProxy proxy, int change) {
    receipts
        .computeIfAbsent(proxy, _ -> new ConcurrentLinkedQueue<>())
        .add(new Receipt(change, System.nanoTime()));
    seen.incrementAndGet(change);
  }

  @Override
  public void configured(SimulatedProxy proxy) {
    configured.put(proxy, System.nanoTime());
  }

  void broken(SimulatedProxy proxy) {
    configured.remove(proxy);
    broken.incrementAndGet();
  }

  /// How many proxies have heard of this very change.
  int seen(int change) {
    return seen.get(change);
  }

  /// When each proxy that is configured now became so.
  List<Long> configured() {
    return List.copyOf(configured.values());
  }

  /// What each proxy has heard of changes, in order.
  List<List<Receipt>> receipts() {
    return receipts.values().stream().map(List::copyOf).toList();
  }

  /// Streams that ended by themselves.
  int broken() {
    return broken.get();
  }

  long bytes() {
    return bytes.values().stream().mapToLong(AtomicLong::get).sum();
  }

  long bytes(Kind kind) {
    return Objects.requireNonNull(bytes.get(kind)).get();
  }

  /// From now on notes when each proxy first sees this word.
  Search lookFor(String word) {
    var next = new Search(word, new ConcurrentHashMap<>());
    search = next;
    return next;
  }

  private static byte[] word(Search search) {
    return search.word().getBytes(StandardCharsets.UTF_8);
  }
}
