package io.tombolo.mesh.policy;

import java.util.Locale;

/// What an intention says of some requests of its source.
public record Permission(Intention.Action action, Condition condition) {
  @Override
  public String toString() {
    return action.name().toLowerCase(Locale.ROOT) + " " + condition;
  }
}
