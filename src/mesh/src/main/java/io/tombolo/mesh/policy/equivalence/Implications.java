package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.policy.Text;

/// What is seen at once of two tests of a text. Only a shortcut: where it sees nothing, there may
/// still be something.
final class Implications {
  private Implications() {}

  /// Does every text that passes the one pass the other?
  static boolean implies(Text one, Text other) {
    if (one.equals(other) || other.kind() == Text.Kind.PRESENT) {
      return true;
    }
    if (one.ignoreCase() && !other.ignoreCase()) {
      return false;
    }
    return switch (one.kind()) {
      case PRESENT -> false;
      case EXACT -> other.matches(one.value());
      case PREFIX, SUFFIX ->
          (other.kind() == one.kind() || other.kind() == Text.Kind.CONTAINS)
              && other.matches(one.value());
      case CONTAINS -> other.kind() == Text.Kind.CONTAINS && other.matches(one.value());
    };
  }

  /// Does no text pass both?
  static boolean exclude(Text one, Text other) {
    boolean ignoreCase = one.ignoreCase() || other.ignoreCase();
    var first = new Text(one.kind(), folded(one, ignoreCase), false);
    var second = new Text(other.kind(), folded(other, ignoreCase), false);
    if (first.kind() == Text.Kind.EXACT) {
      return !second.matches(first.value());
    }
    if (second.kind() == Text.Kind.EXACT) {
      return !first.matches(second.value());
    }
    return first.kind() == second.kind()
        && switch (first.kind()) {
          case PREFIX, SUFFIX -> !first.matches(second.value()) && !second.matches(first.value());
          case EXACT, CONTAINS, PRESENT -> false;
        };
  }

  /// In lower case of a-z where case is all the same to one of them.
  private static String folded(Text test, boolean ignoreCase) {
    return ignoreCase ? Text.lower(test.value()) : test.value();
  }
}
