package io.tombolo.mesh.policy;

import io.tombolo.mesh.policy.Condition.Header;

/// How strict meshes read conditions: a header that is missing where one with another value is
/// denied is denied too.
final class Strictly {
  private Strictly() {}

  /// @param denied is what it is about denied?
  static Condition of(Condition condition, boolean denied) {
    return condition.replaced(
        denied,
        (test, deniedHere) ->
            deniedHere && test instanceof Header(var name, var value, var inverted) && inverted
                ? Condition.not(new Header(name, value))
                : test);
  }
}
