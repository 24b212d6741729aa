package io.tombolo.mesh.policy;

import io.tombolo.mesh.identity.SpiffeId;
import java.util.Set;

/// An intention as it is enforced at one destination: the identities it is about.
///
/// @param principals may be empty (the source is not known): then it matches nobody
public record Rule(Intention intention, Set<Principal> principals) {
  public Rule {
    principals = Set.copyOf(principals);
  }

  public boolean matches(SpiffeId caller) {
    return principals.stream().anyMatch(principal -> principal.matches(caller));
  }
}
