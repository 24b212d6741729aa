package io.tombolo.identity;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What happened with identities, in one file of chained lines (0600), that only grows. Moved away,
/// it is begun anew. While it cannot be written or its chain is broken, it takes nothing, and looks
/// again as soon as the file is another. Thread-safe.
public final class AuditLog implements AutoCloseable {
  /// How many lines are read at a time, at most.
  public static final int MOST_LINES = 1000;

  private final Path path;
  private final Consumer<AuditLine> follower;
  private final ReentrantLock writing = new ReentrantLock();
  private final ReentrantLock forcing = new ReentrantLock();
  private @Nullable AuditFile file;
  private volatile @Nullable Trouble trouble;
  private volatile @Nullable AuditLine last;

  /// @param stamp of the file when it was found; empty if looking again may always help
  private record Trouble(String why, String stamp) {}

  private record Written(AuditFile file, AuditLine line, long end) {}

  private AuditLog(Path path, Consumer<AuditLine> follower) {
    this.path = path;
    this.follower =
        line -> {
          follower.accept(line);
          last = line;
        };
  }

  /// Opens a log; what is wrong with it is told by [#trouble].
  ///
  /// @param follower is given each line that there is, then each new one
  public static AuditLog open(Path path, Consumer<AuditLine> follower, Instant now) {
    var log = new AuditLog(path, follower);
    var _ = log.look(now);
    return log;
  }

  /// Why it takes nothing now, and the way out; empty if all is well.
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble).map(Trouble::why);
  }

  /// The last line; empty if there is none.
  public Optional<AuditLine> last() {
    return Optional.ofNullable(last);
  }

  /// The same as [#trouble], after looking again.
  Optional<String> look(Instant now) {
    writing.lock();
    try {
      var _ = current(now);
    } catch (IOException | StateUnusable told) {
      // By `trouble`.
    } finally {
      writing.unlock();
    }
    return trouble();
  }

  /// Adds a line, which is on the disk soon.
  AuditLine append(AuditEvent event) throws IOException {
    return write(event).line();
  }

  /// Adds a line, and returns when it is on the disk. Whoever comes meanwhile waits once for all.
  ///
  /// @throws IOException if it cannot be written now
  /// @throws StateUnusable if it cannot be before somebody did something
  AuditLine appendDurably(AuditEvent event) throws IOException {
    var written = write(event);
    forcing.lock();
    try {
      if (written.file().forced() < written.end()) {
        written.file().force();
      }
    } catch (IOException lost) {
      throw stuck("cannot be brought to the disk", lost);
    } finally {
      forcing.unlock();
    }
    return written.line();
  }

  private Written write(AuditEvent event) throws IOException {
    writing.lock();
    try {
      var log = current(event.time());
      var line = log.append(event);
      follower.accept(line);
      return new Written(log, line, log.written().bytes());
    } catch (StateUnusable unusable) {
      note(unusable, AuditFile.stamp(path));
      throw unusable;
    } finally {
      writing.unlock();
    }
  }

  /// After this nobody knows what is on the disk: it takes a new start, or another file.
  private StateUnusable stuck(String what, IOException cause) throws IOException {
    var stuck =
        new StateUnusable(
            "the audit log %s %s (%s); see to the disk and start the control plane again"
                .formatted(path, what, cause.getMessage()));
    note(stuck, AuditFile.stamp(path));
    return stuck;
  }

  private void note(Exception why, String stamp) {
    trouble = new Trouble(String.valueOf(why.getMessage()), stamp);
  }

  /// The open file.
  private AuditFile current(Instant now) throws IOException {
    var known = trouble;
    if (known != null && !known.stamp().isEmpty() && known.stamp().equals(AuditFile.stamp(path))) {
      throw new StateUnusable(known.why());
    }
    var open = file;
    if (known == null && open != null && open.inPlace()) {
      return open;
    }
    return reopened(open, now);
  }

  private AuditFile reopened(@Nullable AuditFile old, Instant now) throws IOException {
    var before = "no log was here before";
    if (old != null) {
      before =
          "the log before was moved away after line %d with hash %s"
              .formatted(old.written().lines(), old.written().head());
      end(old);
    }
    try {
      var open = AuditFile.open(path, now, follower);
      file = open;
      if (open.written().lines() == 0) {
        follower.accept(
            open.append(
                new AuditEvent(now, AuditEvent.Kind.BEGAN, AuditEvent.Subject.NONE, null, before)));
        open.force();
      }
      trouble = null;
      return open;
    } catch (AuditFile.InUse inUse) {
      note(inUse, "");
      throw inUse;
    } catch (IOException | StateUnusable unusable) {
      note(unusable, AuditFile.stamp(path));
      throw unusable;
    }
  }

  private void end(AuditFile old) throws IOException {
    file = null;
    forcing.lock();
    try (old) {
      old.force();
    } finally {
      forcing.unlock();
    }
  }

  /// Checks the whole file, and that it ends as it was written.
  public AuditChain.Result verify() throws IOException {
    return read(_ -> {});
  }

  /// Lines from the file.
  ///
  /// @param after the number of the last line not wanted; negative for the newest lines
  /// @param most at most `MOST_LINES`
  /// @throws StateUnusable if a line before the last of them is not right
  public List<AuditLine> lines(long after, int most) throws IOException {
    int limit = Math.min(most, MOST_LINES);
    var lines = new ArrayDeque<AuditLine>();
    var result =
        read(line -> {
          if (after < 0 && lines.size() == limit) {
            lines.removeFirst();
          }
          if (line.number() > after && lines.size() < limit) {
            lines.add(line);
          }
        });
    if (result instanceof AuditChain.Result.Broken(var line, var why) && lines.size() < limit) {
      throw new StateUnusable("line %d of the audit log %s %s".formatted(line, path, why));
    }
    return List.copyOf(lines);
  }

  private AuditChain.Result.@Nullable Whole written() {
    writing.lock();
    try {
      var open = file;
      return open == null ? null : open.written();
    } finally {
      writing.unlock();
    }
  }

  private AuditChain.Result read(Consumer<AuditLine> each) throws IOException {
    var known = written();
    try (var content = AuditFile.content(path, known == null ? Long.MAX_VALUE : known.bytes())) {
      var found = AuditChain.read(content, each);
      return known == null || found instanceof AuditChain.Result.Broken || found.equals(known)
          ? found
          : lost(known, "the file was cut or written anew by somebody else");
    } catch (NoSuchFileException moved) {
      return lost(known, "the file was moved away");
    }
  }

  private static AuditChain.Result lost(AuditChain.Result.@Nullable Whole known, String why) {
    return new AuditChain.Result.Broken(
        known == null ? 1 : known.lines(), "is not there as it was written; " + why);
  }

  @Override
  public void close() throws IOException {
    writing.lock();
    try {
      var open = file;
      if (open != null) {
        end(open);
      }
    } finally {
      writing.unlock();
    }
  }
}
