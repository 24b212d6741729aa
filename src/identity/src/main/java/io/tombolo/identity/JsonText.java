package io.tombolo.identity;

import java.util.HexFormat;

/// Text in JSON, in the one way that Tombolo writes it to files: printable ASCII as it is, but for
/// `"` and the backslash; all else as an escape of four hex digits. Whatever the text, it stays
/// within its quotes and its line.
final class JsonText {
  private JsonText() {}

  /// With its quotes.
  static String quoted(String text) {
    var quoted = new StringBuilder(text.length() + 2);
    quote(quoted, text);
    return quoted.toString();
  }

  /// Adds it with its quotes.
  static void quote(StringBuilder to, String text) {
    to.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c < 127 && c != '"' && c != '\\') {
        to.append(c);
      } else {
        to.append("\\u").append(HexFormat.of().toHexDigits(c));
      }
    }
    to.append('"');
  }

  /// The text between quotes.
  ///
  /// @throws IllegalArgumentException if there is another kind of escape
  static String read(String between) {
    if (between.indexOf('\\') < 0) {
      return between;
    }
    var text = new StringBuilder(between.length());
    for (int at = 0; at < between.length(); at++) {
      char c = between.charAt(at);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      if (at + 6 > between.length() || between.charAt(at + 1) != 'u') {
        throw new IllegalArgumentException("an escape that is not of four hex digits");
      }
      text.append((char) Integer.parseInt(between, at + 2, at + 6, 16));
      at += 5;
    }
    return text.toString();
  }
}
