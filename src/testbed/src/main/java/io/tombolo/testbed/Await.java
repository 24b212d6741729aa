package io.tombolo.testbed;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// Waiting for something that happens elsewhere, with an end.
public final class Await {
  private static final long PAUSE_NANOS = 20_000_000;

  private Await() {}

  /// Looks until `condition` holds; an exception counts as "not yet".
  ///
  /// @throws IllegalStateException after `patience`, naming `what` and the last exception
  public static void until(String what, Duration patience, Callable<Boolean> condition) {
    until(what, patience, condition, () -> "");
  }

  /// As [#until], with `details` of the failure.
  static void until(
      String what, Duration patience, Callable<Boolean> condition, Supplier<String> details) {
    long end = System.nanoTime() + patience.toNanos();
    Exception last = null;
    do {
      try {
        if (condition.call()) {
          return;
        }
        last = null;
      } catch (Hopeless e) {
        throw e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting: " + what, e);
      } catch (Exception e) {
        last = e;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    } while (System.nanoTime() < end);
    throw new IllegalStateException(
        "not within %d ms: %s%s".formatted(patience.toMillis(), what, details.get()), last);
  }

  /// Waiting longer makes no sense.
  static final class Hopeless extends IllegalStateException {
    Hopeless(String message) {
      super(message);
    }
  }
}
