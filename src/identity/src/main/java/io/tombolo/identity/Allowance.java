package io.tombolo.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// How many of something are let through: so many at once, and so many in each second after.
/// Thread-safe.
final class Allowance {
  private final double most;
  private final double perSecond;
  private double left;
  private long denied;
  private Instant last = Instant.MIN;

  Allowance(int most, int perSecond) {
    this.most = most;
    this.perSecond = perSecond;
    this.left = most;
  }

  /// @return how many were denied since the last that was let through; empty if this one is denied
  synchronized Optional<Long> take(Instant now) {
    if (last.equals(Instant.MIN)) {
      last = now;
    }
    double seconds = Math.max(0, Duration.between(last, now).toMillis() / 1000.0);
    left = Math.min(most, left + seconds * perSecond);
    last = now;
    if (left < 1) {
      denied++;
      return Optional.empty();
    }
    left--;
    long before = denied;
    denied = 0;
    return Optional.of(before);
  }
}
