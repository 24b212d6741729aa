package io.tombolo.mesh.catalog;

import java.time.Instant;

/// How current the knowledge of a source is.
public sealed interface SourceStatus {
  /// Has not listed all yet: nothing may be served.
  ///
  /// @param recalled is its last known good of an earlier run there to fall back on?
  record Pending(boolean recalled) implements SourceStatus {}

  /// Follows its source.
  record Synced() implements SourceStatus {}

  /// Was known (in this run, or from the last one), and cannot be read since then. Its last known
  /// good is served.
  record Stale(Instant since, String why) implements SourceStatus {}

  /// Cannot be read, and was never known: nothing may be served, for what is missing would look
  /// like what is gone.
  record Failed(Instant since, String why) implements SourceStatus {}

  /// May the mesh be served as far as this source goes?
  default boolean servable() {
    return switch (this) {
      case Synced() -> true;
      case Stale(_, _) -> true;
      case Pending(_) -> false;
      case Failed(_, _) -> false;
    };
  }
}
