package io.tombolo.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;

/// The SVIDs that hold, as the audit log tells of them. One that has expired is forgotten.
/// Thread-safe.
public final class Inventory implements Consumer<AuditLine> {
  /// @param node empty if it is not known
  private record Holder(String identity, String node) {}

  /// An SVID.
  ///
  /// @param node the node id that was proven for it; empty if none was
  /// @param serial in hex
  /// @param issuer the serial of the certificate that signed it, in hex
  /// @param replaces the serial of the one that it was renewed from, in hex; empty if there is none
  /// @param how by what it was obtained, and from where
  public record Entry(
      String identity,
      String node,
      String serial,
      Instant issued,
      Instant expires,
      String issuer,
      String replaces,
      String how) {
    /// Has the last third of its life begun? It should have been renewed before.
    boolean overdue(Instant now) {
      var third = Duration.between(issued, expires).dividedBy(3);
      return now.isAfter(expires.minus(third));
    }

    private Holder holder() {
      return new Holder(identity, node);
    }
  }

  private final Map<Holder, Entry> newest = new HashMap<>();
  private final Map<String, Entry> bySerial = new HashMap<>();
  private final Map<Holder, LinkedHashMap<String, Entry>> inUse = new HashMap<>();
  private final PriorityQueue<Entry> byExpiry =
      new PriorityQueue<>(Comparator.comparing(Entry::expires));

  @Override
  public synchronized void accept(AuditLine line) {
    var event = line.event();
    var svid = event.svid();
    if (svid == null) {
      return;
    }
    forget(event.time());
    var subject = event.subject();
    var entry =
        new Entry(
            subject.identity(),
            subject.node(),
            svid.serial(),
            event.time(),
            svid.notAfter(),
            svid.issuer(),
            svid.replaces(),
            event.kind().word() + " " + subject.how());
    if (bySerial.putIfAbsent(entry.serial(), entry) == null) {
      byExpiry.add(entry);
      newest.put(entry.holder(), entry);
      inUse.computeIfAbsent(entry.holder(), _ -> new LinkedHashMap<>()).put(entry.serial(), entry);
    }
  }

  private void forget(Instant now) {
    for (var first = byExpiry.peek();
        first != null && !now.isBefore(first.expires());
        first = byExpiry.peek()) {
      byExpiry.remove();
      bySerial.remove(first.serial());
      newest.remove(first.holder(), first);
      dismiss(first);
    }
  }

  private void dismiss(Entry entry) {
    inUse.computeIfPresent(
        entry.holder(),
        (_, ofHolder) -> {
          ofHolder.remove(entry.serial());
          return ofHolder.isEmpty() ? null : ofHolder;
        });
  }

  /// A host has taken up an SVID: those that it replaces are not in use any more. Of a known node,
  /// these are all that were issued before.
  ///
  /// @param serial in hex
  public synchronized void took(String serial) {
    var taken = bySerial.get(serial);
    if (taken == null) {
      return;
    }
    for (var older = bySerial.get(taken.replaces());
        older != null;
        older = bySerial.get(older.replaces())) {
      dismiss(older);
    }
    if (!taken.node().isEmpty()) {
      List.copyOf(inUse.getOrDefault(taken.holder(), new LinkedHashMap<>()).values()).stream()
          .takeWhile(older -> !older.equals(taken))
          .forEach(this::dismiss);
    }
  }

  /// The SVIDs that may be in use: those that hold, and whose holder has not taken up a newer one.
  public synchronized List<Entry> inUse(Instant now) {
    forget(now);
    return inUse.values().stream().flatMap(ofHolder -> ofHolder.values().stream()).toList();
  }

  /// Is an SVID, or one that it was renewed from, among these?
  ///
  /// @param serials in hex
  synchronized boolean isOrReplaces(Entry entry, Set<String> serials) {
    for (var older = entry; older != null; older = bySerial.get(older.replaces())) {
      if (serials.contains(older.serial())) {
        return true;
      }
    }
    return false;
  }

  /// The newest SVID of each identity on each node, those that expire first before others.
  public synchronized List<Entry> holding(Instant now) {
    forget(now);
    return newest.values().stream()
        .sorted(
            Comparator.comparing(Entry::expires)
                .thenComparing(Entry::identity)
                .thenComparing(Entry::node))
        .toList();
  }

  /// How many of the newest are in the last third of their life.
  public synchronized long overdue(Instant now) {
    forget(now);
    return newest.values().stream().filter(entry -> entry.overdue(now)).count();
  }

  /// The node that was proven for the SVID of a serial, and for what it was renewed from; empty if
  /// it is not known.
  ///
  /// @param serial in hex
  public synchronized String nodeOf(String serial) {
    return Optional.ofNullable(bySerial.get(serial)).map(Entry::node).orElse("");
  }
}
