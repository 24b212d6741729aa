package io.tombolo.mesh.policy;

import java.util.Locale;

/// A test of one text: a path, the value of a header, a claim. Never a pattern. Upper and lower
/// case of a-z only are alike where `ignoreCase` is set, as in Envoy's `StringMatcher`.
///
/// @param value what is looked for; not empty, unless it is to be the whole text
public record Text(Kind kind, String value, boolean ignoreCase) {
  /// How the value is looked for.
  public enum Kind {
    /// Any text will do.
    PRESENT,
    EXACT,
    PREFIX,
    SUFFIX,
    CONTAINS
  }

  /// Any text.
  public static final Text PRESENT = new Text(Kind.PRESENT, "", false);

  private static final int LONGEST = 4096;

  public Text {
    if (value.length() > LONGEST) {
      throw new IllegalArgumentException("has more than %d characters".formatted(LONGEST));
    }
    if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
      throw new IllegalArgumentException("has a control character, which no request can have");
    }
    if (kind == Kind.PRESENT && !value.isEmpty()) {
      throw new IllegalArgumentException("is looked for where any text will do");
    }
    if (value.isEmpty() && kind != Kind.PRESENT && kind != Kind.EXACT) {
      throw new IllegalArgumentException("must not be empty");
    }
  }

  public static Text exact(String value) {
    return new Text(Kind.EXACT, value, false);
  }

  public static Text prefix(String value) {
    return new Text(Kind.PREFIX, value, false);
  }

  public static Text suffix(String value) {
    return new Text(Kind.SUFFIX, value, false);
  }

  public static Text contains(String value) {
    return new Text(Kind.CONTAINS, value, false);
  }

  public boolean matches(String text) {
    var given = ignoreCase ? lower(text) : text;
    var wanted = ignoreCase ? lower(value) : value;
    return switch (kind) {
      case PRESENT -> true;
      case EXACT -> given.equals(wanted);
      case PREFIX -> given.startsWith(wanted);
      case SUFFIX -> given.endsWith(wanted);
      case CONTAINS -> given.contains(wanted);
    };
  }

  /// With the letters A-Z in lower case, and no others.
  public static String lower(String text) {
    var lower = new StringBuilder(text.length());
    text.chars().forEach(c -> lower.append((char) (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c)));
    return lower.toString();
  }

  @Override
  public String toString() {
    return kind == Kind.PRESENT
        ? "present"
        : "%s \"%s\"%s"
            .formatted(
                kind.name().toLowerCase(Locale.ROOT), value, ignoreCase ? " in any case" : "");
  }
}
