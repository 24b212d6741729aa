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
import org.jspecify.annotations.Nullable;

/// The SVIDs that hold, as the audit log tells of them. One that has expired is forgotten, the last
/// of a host after the grace in which it may still be renewed. Thread-safe.
public final class Inventory implements Consumer<AuditLine> {
  /// A host whose renewal was answered, but which never got the answer, asks again with the same
  /// SVID.
  private static final Duration AGAIN = Duration.ofMinutes(10);

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

  /// When to look whether something about an entry is to be forgotten.
  private record Look(Instant at, Entry entry) {}

  private final Duration grace;
  private final Map<Holder, Entry> newest = new HashMap<>();
  private final Map<String, Entry> bySerial = new HashMap<>();
  private final Map<Holder, LinkedHashMap<String, Entry>> inUse = new HashMap<>();

  /// When a newer one took its place, by serial.
  private final Map<String, Instant> replaced = new HashMap<>();

  private final PriorityQueue<Look> looks = new PriorityQueue<>(Comparator.comparing(Look::at));

  /// @param grace for how long after its end an SVID may be renewed
  Inventory(Duration grace) {
    this.grace = grace;
  }

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
      looks.add(new Look(entry.expires(), entry));
      replace(bySerial.get(entry.replaces()), entry.issued());
      var before = newest.put(entry.holder(), entry);
      if (!entry.node().isEmpty()) {
        replace(before, entry.issued());
      }
      inUse.computeIfAbsent(entry.holder(), _ -> new LinkedHashMap<>()).put(entry.serial(), entry);
    }
  }

  private void replace(@Nullable Entry older, Instant when) {
    if (older != null && replaced.putIfAbsent(older.serial(), when) == null) {
      looks.add(new Look(end(older), older));
    }
  }

  /// When nothing needs to be known of it any more.
  private Instant end(Entry entry) {
    var by = replaced.get(entry.serial());
    if (by == null) {
      return entry.expires().plus(grace);
    }
    var again = by.plus(AGAIN);
    return again.isAfter(entry.expires()) ? again : entry.expires();
  }

  private void forget(Instant now) {
    for (var first = looks.peek();
        first != null && !now.isBefore(first.at());
        first = looks.peek()) {
      looks.remove();
      var entry = first.entry();
      if (!now.isBefore(entry.expires())) {
        dismiss(entry);
      }
      if (now.isBefore(end(entry))) {
        looks.add(new Look(end(entry), entry));
      } else if (bySerial.remove(entry.serial(), entry)) {
        replaced.remove(entry.serial());
        newest.remove(entry.holder(), entry);
      }
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
        .filter(entry -> now.isBefore(entry.expires()))
        .sorted(
            Comparator.comparing(Entry::expires)
                .thenComparing(Entry::identity)
                .thenComparing(Entry::node))
        .toList();
  }

  /// How many of the newest are in the last third of their life.
  public synchronized long overdue(Instant now) {
    forget(now);
    return newest.values().stream()
        .filter(entry -> now.isBefore(entry.expires()) && entry.overdue(now))
        .count();
  }

  /// The node that was proven for the SVID of a serial, and for what it was renewed from; empty if
  /// it is not known.
  ///
  /// @param serial in hex
  public synchronized String nodeOf(String serial) {
    return Optional.ofNullable(bySerial.get(serial)).map(Entry::node).orElse("");
  }

  /// The SVID of a serial, if it is the last that its host was given, or the host may not have got
  /// the one after it: with a copy of an older one nobody renews.
  ///
  /// @param serial in hex
  /// @return empty as well if it has ended longer ago than the grace, or the audit log at hand does
  ///   not tell of it
  public synchronized Optional<Entry> last(String serial, Instant now) {
    forget(now);
    return Optional.ofNullable(bySerial.get(serial))
        .filter(_ -> {
          var by = replaced.get(serial);
          return by == null || now.isBefore(by.plus(AGAIN));
        });
  }
}
