package io.tombolo.mesh.policy;

import io.tombolo.mesh.policy.Condition.AllOf;
import io.tombolo.mesh.policy.Condition.AnyOf;
import io.tombolo.mesh.policy.Condition.Header;
import io.tombolo.mesh.policy.Condition.Not;

/// Conditions whose doubt never helps the caller: what comes as a list of values where one is
/// looked for fits no allowing rule and every denying one; so does a header that is missing where
/// another value is denied.
final class Strictly {
  private static final String SEPARATOR = ",";

  private Strictly() {}

  /// @param inDoubt the answer where the request is not clear
  static Condition of(Condition condition, boolean inDoubt) {
    return switch (condition) {
      case AllOf(var of) -> Condition.allOf(of.stream().map(part -> of(part, inDoubt)).toList());
      case AnyOf(var of) -> Condition.anyOf(of.stream().map(part -> of(part, inDoubt)).toList());
      case Not(var of) -> Condition.not(of(of, !inDoubt));
      case Header header -> header(header, inDoubt);
      case Condition.Path _, Condition.Method _, Condition.Port _ -> condition;
      case Condition.Caller _, Condition.Claim _, Condition.Token _ -> condition;
    };
  }

  private static Condition header(Header header, boolean inDoubt) {
    if (header.test().kind() == Text.Kind.PRESENT) {
      return header;
    }
    var known = header.inverted() && inDoubt ? Condition.not(positive(header)) : header;
    if (header.test().value().contains(SEPARATOR)) {
      return known;
    }
    var several = new Header(header.name(), Text.contains(SEPARATOR));
    return inDoubt
        ? Condition.anyOf(known, several)
        : Condition.allOf(known, Condition.not(several));
  }

  private static Header positive(Header header) {
    return new Header(header.name(), header.test());
  }
}
