package io.tombolo.mesh.policy;

import io.tombolo.mesh.policy.Condition.AllOf;
import io.tombolo.mesh.policy.Condition.AnyOf;
import io.tombolo.mesh.policy.Condition.Header;
import io.tombolo.mesh.policy.Condition.Not;
import io.tombolo.mesh.policy.Intention.Action;
import java.util.stream.Stream;

/// Conditions whose doubt never helps the caller: what comes as a list of values where one is
/// looked for, or with a blank at either end, which HTTP/2 leaves there and applications take off,
/// fits no allowing rule and every denying one; so does a header that is missing where another
/// value is denied.
final class Strictly {
  private static final String SEPARATOR = ",";

  private Strictly() {}

  static Condition of(Permission permission) {
    return of(permission.condition(), permission.action() == Action.DENY);
  }

  /// @param inDoubt the answer where the request is not clear
  static Condition of(Condition condition, boolean inDoubt) {
    return switch (condition) {
      case AllOf(var of) -> Condition.allOf(of.stream().map(part -> of(part, inDoubt)).toList());
      case AnyOf(var of) -> Condition.anyOf(of.stream().map(part -> of(part, inDoubt)).toList());
      case Not(var of) -> Condition.not(of(of, !inDoubt));
      case Header header -> header(header, inDoubt);
      case Condition.Path _, Condition.Method _, Condition.Port _ -> condition;
      case Condition.Caller _, Condition.Claim _ -> condition;
    };
  }

  private static Condition header(Header header, boolean inDoubt) {
    if (header.test().kind() == Text.Kind.PRESENT) {
      return header;
    }
    var known = header.inverted() && inDoubt ? Condition.not(positive(header)) : header;
    var unclear = unclear(header);
    return inDoubt
        ? Condition.anyOf(known, unclear)
        : Condition.allOf(known, Condition.not(unclear));
  }

  private static Header positive(Header header) {
    return new Header(header.name(), header.test());
  }

  private static Condition unclear(Header header) {
    var blanks =
        Stream.of(" ", "\t").flatMap(blank -> Stream.of(Text.prefix(blank), Text.suffix(blank)));
    var list =
        header.test().value().contains(SEPARATOR)
            ? Stream.<Text>of()
            : Stream.of(Text.contains(SEPARATOR));
    return Condition.anyOf(
        Stream.concat(list, blanks)
            .<Condition>map(text -> new Header(header.name(), text))
            .toList());
  }
}
