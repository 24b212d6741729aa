package io.tombolo.agent;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait after failures in a row: doubling from `first` to `most`, and each time between
/// half and all of that, so that hosts do not come back together.
record Pace(Duration first, Duration most) {
  /// With the ten seconds that a call may take, a host comes back within 15 s of the control plane.
  static final Pace USUAL = new Pace(Duration.ofMillis(200), Duration.ofSeconds(8));

  private static final int ENOUGH_DOUBLINGS = 20;

  Duration after(int failures, RandomGenerator random) {
    long whole = first.toMillis() << Math.min(Math.max(failures - 1, 0), ENOUGH_DOUBLINGS);
    long capped = Math.min(whole, Math.max(most.toMillis(), first.toMillis()));
    return Duration.ofMillis(Math.round(capped * random.nextDouble(0.5, 1.0)));
  }

  /// This pace, but with several tries before `left` is over.
  Pace within(Duration left) {
    var tenth = left.dividedBy(10);
    return tenth.compareTo(most) < 0 ? new Pace(first, tenth) : this;
  }
}
