package io.tombolo.mesh.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Regular expressions that say no more than exact, prefix, suffix and contains can: literal text,
/// escapes, `(a|b)`, `x?`, and `.*` at either end. Others are not understood, for what is written
/// by many hands is never handed to a proxy as a pattern.
public final class LiteralRegex {
  private static final int MOST = 64;

  /// `.*` among literal text.
  private static final char ANYTHING = '\uFFFF';

  private final String regex;
  private int at;

  private LiteralRegex(String regex) {
    this.regex = regex;
  }

  /// The texts that match one of which the whole text must match; empty if it is not understood.
  public static Optional<List<Text>> of(String regex) {
    var from = regex.startsWith("^") ? 1 : 0;
    var to = regex.endsWith("$") && !regex.endsWith("\\$") ? regex.length() - 1 : regex.length();
    if (from > to || regex.indexOf(ANYTHING) >= 0) {
      return Optional.empty();
    }
    try {
      var reader = new LiteralRegex(regex.substring(from, to));
      var spelled = reader.alternatives(from > 0 || to < regex.length());
      if (reader.at < reader.regex.length()) {
        return Optional.empty();
      }
      return Optional.of(spelled.stream().map(LiteralRegex::text).distinct().toList());
    } catch (IllegalArgumentException notUnderstood) {
      return Optional.empty();
    }
  }

  /// @param anchored an anchor belongs to the first or last alternative only: there may be but one
  private List<String> alternatives(boolean anchored) {
    var all = new ArrayList<>(sequence());
    while (at < regex.length() && regex.charAt(at) == '|') {
      if (anchored) {
        throw new IllegalArgumentException("an anchor of one alternative");
      }
      at++;
      all.addAll(sequence());
    }
    return all;
  }

  private List<String> sequence() {
    var all = List.of("");
    while (at < regex.length() && regex.charAt(at) != '|' && regex.charAt(at) != ')') {
      var next = atom();
      if (at < regex.length() && regex.charAt(at) == '?') {
        at++;
        next = joined(next, List.of(""));
      }
      all = product(all, next);
    }
    return all;
  }

  private List<String> atom() {
    char c = regex.charAt(at++);
    return switch (c) {
      case '(' -> group();
      case '.' -> {
        expect('*');
        yield List.of(String.valueOf(ANYTHING));
      }
      case '\\' -> List.of(String.valueOf(escaped()));
      case '*', '+', '?', '[', ']', '{', '}', '^', '$' ->
          throw new IllegalArgumentException("a repetition or a class");
      default -> List.of(String.valueOf(c));
    };
  }

  private List<String> group() {
    if (regex.startsWith("?:", at)) {
      at += 2;
    }
    var inner = alternatives(false);
    expect(')');
    return inner;
  }

  private char escaped() {
    if (at >= regex.length() || Character.isLetterOrDigit(regex.charAt(at))) {
      throw new IllegalArgumentException("a class");
    }
    return regex.charAt(at++);
  }

  private void expect(char next) {
    if (at >= regex.length() || regex.charAt(at++) != next) {
      throw new IllegalArgumentException("no " + next);
    }
  }

  private static List<String> joined(List<String> some, List<String> more) {
    var all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private static List<String> product(List<String> starts, List<String> ends) {
    if (starts.size() * ends.size() > MOST) {
      throw new IllegalArgumentException("too many alternatives");
    }
    return starts.stream().flatMap(start -> ends.stream().map(end -> start + end)).toList();
  }

  private static Text text(String spelled) {
    var plain = spelled.replaceAll(ANYTHING + "+", String.valueOf(ANYTHING));
    boolean open = plain.startsWith(String.valueOf(ANYTHING));
    boolean unended = plain.endsWith(String.valueOf(ANYTHING));
    if (plain.length() == 1 && open) {
      return Text.PRESENT;
    }
    var literal = plain.substring(open ? 1 : 0, plain.length() - (unended ? 1 : 0));
    if (literal.indexOf(ANYTHING) >= 0) {
      throw new IllegalArgumentException("anything between two texts");
    }
    return open
        ? unended ? Text.contains(literal) : Text.suffix(literal)
        : unended ? Text.prefix(literal) : Text.exact(literal);
  }
}
