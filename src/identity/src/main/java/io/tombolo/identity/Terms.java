package io.tombolo.identity;

import java.time.Duration;

/// How long certificates last.
///
/// @param svid of a workload; at most a third of `intermediate`, so that the renewal of the
///   intermediate, which takes place in its last third, never shortens one
public record Terms(Duration svid, Duration intermediate, Duration root) {
  private static final Duration SHORTEST = Duration.ofSeconds(2);

  public Terms {
    if (svid.compareTo(SHORTEST) < 0 || svid.compareTo(intermediate.dividedBy(3)) > 0) {
      throw new IllegalArgumentException(
          "tombolo.svid.ttl must be between %s and %s (a third of the intermediate's), not %s"
              .formatted(SHORTEST, intermediate.dividedBy(3), svid));
    }
    if (intermediate.compareTo(root) > 0) {
      throw new IllegalArgumentException("the intermediate must not last longer than the root");
    }
  }

  /// A day for a workload, a year for the intermediate, ten years for the root.
  public static Terms usual() {
    return new Terms(Duration.ofHours(24), Duration.ofDays(365), Duration.ofDays(3652));
  }

  public Terms withSvid(Duration ttl) {
    return new Terms(ttl, intermediate, root);
  }
}
