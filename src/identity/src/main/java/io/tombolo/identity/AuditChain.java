package io.tombolo.identity;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
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
    return new AuditChain().all(new BufferedInputStream(log, 1 << 16), each);
  }

  private Result all(InputStream log, Consumer<AuditLine> each) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = log.read(); next >= 0; next = log.read()) {
      if (next != '\n') {
        line.write(next);
        if (line.size() > LONGEST_LINE) {
          return new Result.Broken(lines + 1, "is longer than any that Tombolo writes");
        }
        continue;
      }
      try {
        take(AuditLine.parse(line.toString(StandardCharsets.ISO_8859_1), lines, head), each);
      } catch (IllegalArgumentException wrong) {
        return new Result.Broken(lines + 1, String.valueOf(wrong.getMessage()));
      }
      bytes += line.size() + 1;
      line.reset();
    }
    var whole = new Result.Whole(lines, head, bytes);
    return line.size() == 0
        ? whole
        : new Result.Torn(whole, line.toString(StandardCharsets.ISO_8859_1));
  }

  private void take(AuditLine line, Consumer<AuditLine> each) {
    each.accept(line);
    lines = line.number();
    head = line.hash();
  }
}
