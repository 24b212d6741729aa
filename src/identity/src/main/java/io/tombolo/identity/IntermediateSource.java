package io.tombolo.identity;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where intermediates come from: a root of our own, or an authority elsewhere that signs them.
/// Used by one thread at a time.
public interface IntermediateSource {
  /// The intermediate to issue with from now on, if it is time for another one: there is none yet,
  /// the current one is in the last third of its life, or the source has a newer one.
  ///
  /// @param current null if there is none
  /// @return empty if the current one is still the right one
  /// @throws IOException if there should be another one, and it cannot be had now; the message says
  ///   why, names the source and the way out, and has no secret
  Optional<Intermediate> next(@Nullable Intermediate current, Instant now) throws IOException;

  /// The source, as an operator would call it.
  @Override
  String toString();
}
