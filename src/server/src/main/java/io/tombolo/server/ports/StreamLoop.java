package io.tombolo.server.ports;

import io.grpc.stub.ServerCallStreamObserver;
import io.netty.util.concurrent.EventExecutor;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// The ADS streams of one event loop. A stream is touched on the loop of its connection alone, so
/// it needs no lock, and what it writes wakes nobody.
///
/// Except for [#wake], to be used on the loop itself.
final class StreamLoop implements Executor {
  /// After so many turns what they wrote is flushed, and what arrived meanwhile is read.
  private static final int TURNS_AT_ONCE = 8;

  private final EventExecutor executor;
  private final Set<AdsStream<?>> streams = new LinkedHashSet<>();
  private final Set<AdsStream<?>> due = new LinkedHashSet<>();
  private final SequencedSet<AdsStream<?>> opening = new LinkedHashSet<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private boolean openingSoon;

  StreamLoop(EventExecutor executor) {
    this.executor = executor;
  }

  boolean isCurrent() {
    return executor.inEventLoop();
  }

  /// Lets a stream begin when it is its turn: one in each round of the loop, so that those under
  /// way come first. When all connect at once, the first are done early and few are half done at a
  /// time.
  void open(AdsStream<?> stream) {
    opening.add(stream);
    openSoon();
  }

  private void openSoon() {
    if (!openingSoon && !opening.isEmpty()) {
      openingSoon = true;
      later(this::openNext, 1);
    }
  }

  private void openNext() {
    openingSoon = false;
    if (!opening.isEmpty() && opening.getFirst().mayBegin()) {
      opening.removeFirst().begin();
      openSoon();
    }
  }

  void add(AdsStream<?> stream) {
    streams.add(stream);
  }

  void remove(AdsStream<?> stream) {
    streams.remove(stream);
    opening.remove(stream);
    due.remove(stream);
  }

  /// Gives every stream a turn. From any thread.
  void wake() {
    if (woken.compareAndSet(false, true)) {
      executor.execute(this::round);
    }
  }

  /// Whoever waits for a turn from the round before keeps its place.
  private void round() {
    woken.set(false);
    openSoon();
    boolean underWay = !due.isEmpty();
    due.addAll(streams);
    if (!underWay) {
      turns();
    }
  }

  private void turns() {
    var first = due.stream().limit(TURNS_AT_ONCE).toList();
    first.forEach(due::remove);
    first.forEach(AdsStream::talk);
    if (!due.isEmpty()) {
      executor.execute(this::turns);
    }
  }

  /// Reads the next message of a stream, later if there were too many: then the transport holds the
  /// client back.
  void readOn(ServerCallStreamObserver<?> stream, Pace pace) {
    long wait = pace.take(System.nanoTime());
    if (wait == 0) {
      stream.request(1);
    } else {
      later(() -> stream.request(1), wait);
    }
  }

  /// Does something on the loop after so many nanoseconds.
  void later(Runnable task, long nanos) {
    var _ = executor.schedule(task, nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(task);
  }
}
