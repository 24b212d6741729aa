package io.tombolo.cli;

import io.tombolo.mesh.catalog.Names;

/// Text as one word of a command line of a shell, in printable ASCII.
final class ShellWord {
  private static final String PLAIN = "-_./:,=@%+";

  private ShellWord() {}

  static String of(String text) {
    if (!text.isEmpty() && text.chars().allMatch(ShellWord::isPlain)) {
      return text;
    }
    if (text.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      return "'" + text.replace("'", "'\\''") + "'";
    }
    var escaped = new StringBuilder("$'");
    text.codePoints()
        .forEach(c -> {
          if (c >= ' ' && c < 0x7f && c != '\'' && c != '\\') {
            escaped.append((char) c);
          } else {
            escaped.append("\\U%08x".formatted(c));
          }
        });
    return escaped.append('\'').toString();
  }

  private static boolean isPlain(int c) {
    return Names.isAlphanumeric(c) || PLAIN.indexOf(c) >= 0;
  }
}
