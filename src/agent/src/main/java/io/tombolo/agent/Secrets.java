package io.tombolo.agent;

import io.tombolo.mesh.identity.Trust;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All that the agent hands out, whichever way it is asked.
///
/// @param held null until the agent has joined
record Secrets(@Nullable Svid held, Trust trust) {
  /// The SVID, once the agent has joined; it may have expired since.
  Optional<Svid> svid() {
    return Optional.ofNullable(held);
  }

  /// The SVID, if there is one that has not expired.
  Optional<Svid> unexpired(Instant now) {
    return svid().filter(svid -> !svid.expired(now));
  }
}
