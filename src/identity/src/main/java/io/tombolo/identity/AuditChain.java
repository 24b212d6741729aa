package io.tombolo.identity;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/// Reads the lines of an audit log and checks that each follows from the one before.
public final class AuditChain {
  private static final int LONGEST_LINE = 64 * 1024;

  private long lines;
  private long bytes;
  private String head = AuditLine.NOTHING;

  private AuditChain() {}

  /// What a log comes to.
  public sealed interface Result {
    /// Every line follows from the one before.
    ///
    /// @param head the hash of the last line
    /// @param bytes how long they are
    record Whole(long lines, String head, long bytes) implements Result {}

    /// The same, but bytes without an end of line follow: a write that a crash cut off.
    ///
    /// @param rest the bytes, each as a character (ISO 8859-1)
    record Torn(Whole before, String rest) implements Result {}

    /// @param line the first that is not right
    /// @param why what is wrong with it
    record Broken(long line, String why) implements Result {}
  }

  /// Reads to the end.
  ///
  /// @param each is given every line up to one that is not right
  static Result read(InputStream log, Consumer<AuditLine> each) throws IOException {
    return new AuditChain().all(log, each);
  }

  private Result all(InputStream log, Consumer<AuditLine> each) throws IOException {
    var line = new ByteArrayOutputStream();
    byte[] some = new byte[1 << 16];
    for (int many = log.read(some); many >= 0; many = log.read(some)) {
      int from = 0;
      for (int at = 0; at < many; at++) {
        if (some[at] == '\n') {
          line.write(some, from, at - from);
          from = at + 1;
          var problem = take(line.toString(StandardCharsets.ISO_8859_1), each);
          if (problem.isPresent()) {
            return new Result.Broken(lines + 1, problem.get());
          }
          line.reset();
        }
      }
      line.write(some, from, many - from);
      if (line.size() > LONGEST_LINE) {
        return new Result.Broken(lines + 1, "is longer than any that Tombolo writes");
      }
    }
    var whole = new Result.Whole(lines, head, bytes);
    return line.size() == 0
        ? whole
        : new Result.Torn(whole, line.toString(StandardCharsets.ISO_8859_1));
  }

  /// @return what is wrong with the line
  private Optional<String> take(String text, Consumer<AuditLine> each) {
    AuditLine line;
    try {
      line = AuditLine.parse(text, lines, head);
    } catch (IllegalArgumentException wrong) {
      return Optional.of(String.valueOf(wrong.getMessage()));
    }
    each.accept(line);
    lines = line.number();
    head = line.hash();
    bytes += text.length() + 1;
    return Optional.empty();
  }
}
