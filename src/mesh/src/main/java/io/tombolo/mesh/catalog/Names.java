package io.tombolo.mesh.catalog;

/// What a name may be. Names end up in SPIFFE IDs, SNIs and resource names, so that only DNS labels
/// (RFC 1123, section 2.1) are let in.
public final class Names {
  private static final int LONGEST = 63;

  private Names() {}

  /// Is this a DNS label: 1 to 63 of `a-z`, `0-9` and `-`, not at the ends `-`?
  public static boolean isLabel(String name) {
    if (name.isEmpty() || name.length() > LONGEST || name.startsWith("-") || name.endsWith("-")) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
        return false;
      }
    }
    return true;
  }

  /// @throws IllegalArgumentException if it is not a DNS label; the message names `what`
  public static String requireLabel(String what, String name) {
    if (!isLabel(name)) {
      throw new IllegalArgumentException(
          "%s must be a DNS label (1 to 63 of a-z, 0-9 and '-'), not \"%s\""
              .formatted(what, printable(name)));
    }
    return name;
  }

  /// Is this a token of HTTP (RFC 9110, section 5.6.2), as methods and names of headers are, of at
  /// most 256 characters?
  public static boolean isToken(String text) {
    return !text.isEmpty()
        && text.length() <= 256
        && text.chars().allMatch(c -> isAlphanumeric(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }

  /// Is this a letter or a digit of ASCII?
  public static boolean isAlphanumeric(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  /// Text from outside, fit for a log line or a status: control characters and non-ASCII escaped,
  /// at most 80 characters.
  public static String printable(String text) {
    return printable(text, 80);
  }

  /// The same with at most this many characters.
  public static String printable(String text, int most) {
    var safe = new StringBuilder();
    for (int i = 0; i < text.length() && safe.length() < most; i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c < 127 && c != '"' && c != '\\') {
        safe.append(c);
      } else {
        safe.append("\\u%04x".formatted((int) c));
      }
    }
    return safe.length() < most ? safe.toString() : safe.substring(0, most - 1) + "~";
  }
}
