package io.tombolo.server.ports;

/// How fast one stream may ask: a bucket of tokens that fills up within a second. Not thread-safe.
final class Pace {
  private static final long SECOND = 1_000_000_000;

  private final int perSecond;
  private long full;

  /// @param perSecond how many in a second, and how many at once after a quiet second
  Pace(int perSecond, long now) {
    this.perSecond = perSecond;
    this.full = now;
  }

  /// Takes a token.
  ///
  /// @param now in nanoseconds of a clock that only goes forward
  /// @return in how many nanoseconds the next may be taken; 0 for at once
  long take(long now) {
    full = Math.max(full, now) + SECOND / perSecond;
    return Math.max(0, full - now - SECOND);
  }
}
