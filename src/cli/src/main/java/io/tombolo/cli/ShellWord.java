package io.tombolo.cli;

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
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || PLAIN.indexOf(c) >= 0;
  }
}
