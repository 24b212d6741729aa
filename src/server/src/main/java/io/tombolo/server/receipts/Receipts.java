package io.tombolo.server.receipts;

import io.tombolo.server.model.ModelLoop;
import io.tombolo.server.ports.Connections;
import io.tombolo.xds.receipt.Inquiry;
import io.tombolo.xds.receipt.Receipt;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

  /// The receipt of a revision when nobody is pending any more, or the time is over; empty if no
  /// proxy was told of it until then.
  ///
  /// @param atMost zero for how it is now; at most [#LONGEST_WAIT] counts
  public Optional<Receipt> await(long revision, Duration atMost) throws InterruptedException {
    long nanos = (atMost.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : atMost).toNanos();
    long end = System.nanoTime() + nanos;
    while (!revisions.isOut(revision)) {
      if (System.nanoTime() >= end) {
        return Optional.empty();
      }
      Thread.sleep(PAUSE);
    }
    var inquiry = revisions.tellingOf(revision).map(Inquiry::new);
    var receipt = now(revision, inquiry);
    while (!receipt.settled() && System.nanoTime() < end) {
      Thread.sleep(PAUSE);
      receipt = now(revision, inquiry);
    }
    return Optional.of(receipt);
  }

  private Receipt now(long revision, Optional<Inquiry> inquiry) {
    return inquiry
        .map(about -> about.receipt(reports(about.revision())))
        .orElseGet(() -> Receipt.ofOld(revision, reports(revision)));
  }

  private List<Receipt.Report> reports(long revision) {
    var asked =
        connections.known(loop.model().mesh()).stream().map(c -> c.report(revision)).toList();
    return asked.stream().map(CompletableFuture::join).toList();
  }
}
