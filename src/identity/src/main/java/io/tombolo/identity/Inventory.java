package io.tombolo.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
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
  /// @param how by what it was obtained, and from where
  public record Entry(
      String identity,
      String node,
      String serial,
      Instant issued,
      Instant expires,
      String issuer,
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
            event.kind().word() + " " + subject.how());
    if (bySerial.putIfAbsent(entry.serial(), entry) == null) {
      byExpiry.add(entry);
      newest.put(entry.holder(), entry);
    }
  }

  private void forget(Instant now) {
    for (var first = byExpiry.peek();
        first != null && !now.isBefore(first.expires());
        first = byExpiry.peek()) {
      byExpiry.remove();
      bySerial.remove(first.serial());
      newest.remove(first.holder(), first);
    }
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
