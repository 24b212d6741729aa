package io.tombolo.xds.profile;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Reads the text forms of HTTP/1.1 as they come.
final class Bytes {
  private Bytes() {}

  static byte[] of(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /// Is there something in it that may end a line or a word?
  static boolean isBroken(String text) {
    return text.chars().anyMatch(c -> c <= ' ');
  }

  /// Everything up to an empty line, without it; empty if there is nothing at all.
  static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (!endsWithEmptyLine(head)) {
      int next = in.read();
      if (next < 0) {
        if (head.isEmpty()) {
          return "";
        }
        throw new EOFException("within a head: " + head);
      }
      head.append((char) next);
    }
    return head.substring(0, head.length() - 4);
  }

  private static boolean endsWithEmptyLine(StringBuilder text) {
    int end = text.length();
    return end >= 4 && text.substring(end - 4).equals("\r\n\r\n");
  }

  /// The body that a head announces.
  static byte[] body(String head, InputStream in) throws IOException {
    if (header(head, "transfer-encoding").equals("chunked")) {
      return chunks(in);
    }
    var length = header(head, "content-length");
    return length.isEmpty() ? new byte[0] : in.readNBytes(Integer.parseInt(length));
  }

  private static byte[] chunks(InputStream in) throws IOException {
    var all = new StringBuilder();
    while (true) {
      int size = Integer.parseInt(line(in), 16);
      all.append(text(in.readNBytes(size)));
      var _ = line(in);
      if (size == 0) {
        return of(all.toString());
      }
    }
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("within a line: " + line);
      }
      line.append((char) next);
    }
    return line.toString().strip();
  }

  /// The value of a header; empty if there is none.
  static String header(String head, String name) {
    return head.lines()
        .skip(1)
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }
}
