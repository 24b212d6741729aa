package io.tombolo.identity;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where intermediates come from: a root of our own, or an authority elsewhere that signs them. One
/// under another root than that of the current one begins a rollover. Used by one thread at a time.
public interface IntermediateSource {
  /// The intermediate to issue with from now on, if it is time for another one: there is none yet,
  /// the current one is in the last third of its life or not of this source, or the source has a
  /// newer one.
  ///
  /// @param current null if there is none
  /// @return empty if the current one is still the right one
  /// @throws IOException if there should be another one, and it cannot be had now; the message says
  ///   why, names the source and the way out, and has no secret
  Optional<Intermediate> next(@Nullable Intermediate current, Instant now) throws IOException;

  /// One under a root that nobody trusts yet, for a rollover that a person begins.
  ///
  /// @param told the roots that are trusted by now
  /// @throws IOException if the source cannot make one
  default Intermediate underNewRoot(List<X509Certificate> told, Instant now) throws IOException {
    throw new IOException(
        "the root is not ours: change it at %s, and the rollover begins by itself".formatted(this));
  }

  /// Whether a root may be the one of this source, where it is not on record which are trusted.
  ///
  /// @throws IOException if that cannot be known now
  default boolean vouches(X509Certificate root) throws IOException {
    return true;
  }

  /// The source, as an operator would call it.
  @Override
  String toString();
}
