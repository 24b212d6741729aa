package io.tombolo.mesh.policy;

import io.tombolo.mesh.identity.SpiffeId;

/// Which callers a rule matches, by the identity in their certificate. Exact or prefix, never a
/// pattern.
public sealed interface Principal {
  boolean matches(SpiffeId caller);

  /// Is there a caller that both match?
  default boolean overlaps(Principal other) {
    return switch (this) {
      case Exactly(var id) -> other.matches(id);
      case Under(var prefix) ->
          switch (other) {
            case Exactly(var id) -> matches(id);
            case Under(var another) -> prefix.startsWith(another) || another.startsWith(prefix);
          };
    };
  }

  /// Does every caller that the other matches match this one too?
  default boolean covers(Principal other) {
    return switch (other) {
      case Exactly(var id) -> matches(id);
      case Under(var prefix) -> this instanceof Under(var own) && prefix.startsWith(own);
    };
  }

  record Exactly(SpiffeId id) implements Principal {
    @Override
    public boolean matches(SpiffeId caller) {
      return id.equals(caller);
    }

    @Override
    public String toString() {
      return id.toString();
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

    @Override
    public String toString() {
      return prefix + "*";
    }
  }
}
