package io.tombolo.testbed;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Calls that go on, so many a second, until told to stop: to prove that none is lost while
/// something else happens. A thread of its own makes them, one after another.
public final class Traffic {
  private static final int FAILURES_KEPT = 10;

  private final Caller caller;
  private final Duration interval;
  private final AtomicBoolean wanted = new AtomicBoolean(true);
  private final AtomicLong done = new AtomicLong();
  private final Thread thread;
  private final List<String> failures = new ArrayList<>();
  private long failed;
  private long slowest;

  /// What became of the calls.
  ///
  /// @param failures the first ten, each with its time
  /// @param connections how many the caller has opened
  public record Tally(
      long ok, long failed, List<String> failures, long connections, Duration slowest) {}

  private Traffic(Caller caller, int perSecond) {
    this.caller = caller;
    this.interval = Duration.ofNanos(1_000_000_000L / perSecond);
    this.thread = Thread.ofVirtual().name("traffic").unstarted(this::run);
  }

  /// Begins. The caller belongs to the traffic from now on.
  public static Traffic start(Caller caller, int perSecond) {
    var traffic = new Traffic(caller, perSecond);
    traffic.thread.start();
    return traffic;
  }

  private void run() {
    long next = System.nanoTime();
    while (wanted.get()) {
      long began = System.nanoTime();
      try {
        caller.call("traffic");
      } catch (IOException e) {
        fail(e);
      }
      slowest = Math.max(slowest, System.nanoTime() - began);
      done.incrementAndGet();
      next = Math.max(next + interval.toNanos(), System.nanoTime());
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private void fail(IOException failure) {
    failed++;
    if (failures.size() < FAILURES_KEPT) {
      failures.add(Instant.now() + " " + failure);
    }
  }

  /// Waits until this many more calls have ended, well or not.
  public void awaitMore(int calls) {
    long enough = done.get() + calls;
    Await.until(calls + " more calls", Duration.ofSeconds(60), () -> done.get() >= enough);
  }

  /// Ends it after the call under way.
  public Tally stop() throws InterruptedException {
    wanted.set(false);
    thread.join();
    caller.close();
    return new Tally(
        done.get() - failed,
        failed,
        List.copyOf(failures),
        caller.connections(),
        Duration.ofNanos(slowest));
  }
}
