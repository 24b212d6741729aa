package io.tombolo.server.receipts;

import io.tombolo.mesh.scope.Proxy;
import io.tombolo.server.model.ModelLoop;
import io.tombolo.server.ports.Connections;
import io.tombolo.xds.receipt.Receipt;
import io.tombolo.xds.receipt.Told;
import io.tombolo.xds.snapshot.ResourceName;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// Tells what has become of a revision. Thread-safe; waits for the streams' turns, so it is not to
/// be used on an event loop.
public final class Receipts {
  private static final Duration PAUSE = Duration.ofMillis(50);

  /// How long a question may wait at most.
  public static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  private final Revisions revisions;
  private final Connections connections;
  private final ModelLoop loop;

  public Receipts(Revisions revisions, Connections connections, ModelLoop loop) {
    this.revisions = revisions;
    this.connections = connections;
    this.loop = loop;
  }

  /// The newest accepted revision.
  public long newest() {
    return loop.model().mesh().catalog().revision();
  }

  /// The receipt of a revision as it is now; empty if no proxy was told of it yet.
  public Optional<Receipt> of(long revision) {
    return of(revision, new HashMap<>());
  }

  /// The same, when nobody is pending any more or the time is over.
  public Optional<Receipt> await(long revision, Duration atMost) throws InterruptedException {
    long end =
        System.nanoTime() + (atMost.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : atMost).toNanos();
    var changed = new HashMap<Proxy, Set<ResourceName>>();
    var receipt = of(revision, changed);
    while (!receipt.map(Receipt::settled).orElse(false) && System.nanoTime() < end) {
      Thread.sleep(PAUSE);
      receipt = of(revision, changed);
    }
    return receipt;
  }

  /// @param changed what the revision changed for each proxy, as far as it was found out
  private Optional<Receipt> of(long revision, Map<Proxy, Set<ResourceName>> changed) {
    if (!revisions.isOut(revision)) {
      return Optional.empty();
    }
    var telling = revisions.tellingOf(revision);
    var reports = reports(telling.map(Told::revision).orElse(revision));
    return Optional.of(
        telling
            .map(told ->
                Receipt.of(
                    told, reports, proxy -> changed.computeIfAbsent(proxy, told::changedFor)))
            .orElseGet(() -> Receipt.ofOld(revision, reports)));
  }

  private List<Receipt.Report> reports(long revision) {
    var asked =
        connections.known(loop.model().mesh()).stream().map(c -> c.report(revision)).toList();
    return asked.stream().map(CompletableFuture::join).toList();
  }
}
