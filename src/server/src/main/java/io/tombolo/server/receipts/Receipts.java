package io.tombolo.server.receipts;

import io.tombolo.server.model.ModelLoop;
import io.tombolo.server.ports.Connections;
import io.tombolo.xds.receipt.Receipt;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Tells what has become of a revision. Thread-safe; waits for the streams' turns, so it is not to be
/// used on an event loop.
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
    if (!revisions.isOut(revision)) {
      return Optional.empty();
    }
    var telling = revisions.tellingOf(revision);
    var reports = reports(telling.map(told -> told.revision()).orElse(revision));
    return Optional.of(
        telling
            .map(told -> Receipt.of(told, reports))
            .orElseGet(() -> Receipt.ofOld(revision, reports)));
  }

  /// The same, when nobody is pending any more or the time is over.
  public Optional<Receipt> await(long revision, Duration atMost) throws InterruptedException {
    long end =
        System.nanoTime() + (atMost.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : atMost).toNanos();
    var receipt = of(revision);
    while (!receipt.map(Receipt::settled).orElse(false) && System.nanoTime() < end) {
      Thread.sleep(PAUSE);
      receipt = of(revision);
    }
    return receipt;
  }

  private List<Receipt.Report> reports(long revision) {
    var asked = connections.known(loop.model().mesh()).stream().map(c -> c.report(revision)).toList();
    return asked.stream().map(CompletableFuture::join).toList();
  }
}
