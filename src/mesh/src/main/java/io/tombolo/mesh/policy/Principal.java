package io.tombolo.mesh.policy;

import io.tombolo.mesh.identity.SpiffeId;

/// Which callers a rule matches, by the identity in their certificate. Exact or prefix, never a
/// pattern.
public sealed interface Principal {
  boolean matches(SpiffeId caller);

  record Exactly(SpiffeId id) implements Principal {
    @Override
    public boolean matches(SpiffeId caller) {
      return id.equals(caller);
    }
  }

  /// @param prefix of the whole URI; ends with `/`
  record Under(String prefix) implements Principal {
    public Under {
      if (!prefix.startsWith("spiffe://") || !prefix.endsWith("/")) {
        throw new IllegalArgumentException("a principal's prefix is spiffe://.../");
      }
    }

    @Override
    public boolean matches(SpiffeId caller) {
      return caller.toString().startsWith(prefix);
    }
  }
}
