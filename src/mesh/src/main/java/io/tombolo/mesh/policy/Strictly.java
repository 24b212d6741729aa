package io.tombolo.mesh.policy;

import io.tombolo.mesh.policy.Condition.AllOf;
import io.tombolo.mesh.policy.Condition.AnyOf;
import io.tombolo.mesh.policy.Condition.Header;
import io.tombolo.mesh.policy.Condition.Not;

/// How strict meshes read conditions: a header that is missing where one with another value is
/// denied is denied too.
final class Strictly {
  private Strictly() {}

  /// @param denied is what it is about denied?
  static Condition of(Condition condition, boolean denied) {
    return switch (condition) {
      case AllOf(var of) -> Condition.allOf(of.stream().map(part -> of(part, denied)).toList());
      case AnyOf(var of) -> Condition.anyOf(of.stream().map(part -> of(part, denied)).toList());
      case Not(var of) -> Condition.not(of(of, !denied));
      case Header(var name, var test, var inverted) ->
          inverted && denied ? Condition.not(new Header(name, test)) : condition;
      case Condition.Path _, Condition.Method _, Condition.Port _ -> condition;
      case Condition.Caller _, Condition.Claim _, Condition.Token _ -> condition;
    };
  }
}
