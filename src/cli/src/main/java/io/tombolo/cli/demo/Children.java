package io.tombolo.cli.demo;

import io.tombolo.cli.CommandFailed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;

/// The processes that the demo started; only those it ends. Thread-safe.
final class Children implements AutoCloseable {
  private static final long SECONDS_TO_END = 5;
  private static final int LINES = 12;

  private record Child(String name, Process process, Path log) {}

  private final Deque<Child> children = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  /// @param out where its standard output goes
  /// @param log where its standard error goes; may be the same
  void start(String name, List<String> command, Path out, Path log) {
    var builder = new ProcessBuilder(command).redirectOutput(out.toFile());
    if (out.equals(log)) {
      builder.redirectErrorStream(true);
    } else {
      builder.redirectError(log.toFile());
    }
    try {
      var child = new Child(name, builder.start(), log);
      children.push(child);
      if (closed) {
        child.process().destroyForcibly();
      }
    } catch (IOException unstartable) {
      throw new CommandFailed(
          "cannot start %s: %s".formatted(name, unstartable.getMessage()), unstartable);
    }
  }

  /// @throws CommandFailed if one of them has ended by itself
  void check() {
    for (var child : children) {
      if (!child.process().isAlive() && !closed) {
        throw new CommandFailed(
            "%s ended by itself (exit code %d). The end of %s:%n%s"
                .formatted(
                    child.name(), child.process().exitValue(), child.log(), end(child.log())));
      }
    }
  }

  private static String end(Path log) {
    try {
      var lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /// Ends them, the last started first, and waits until they are gone.
  @Override
  public void close() {
    closed = true;
    children.forEach(child -> child.process().destroy());
    for (var child : children) {
      await(child.process());
    }
  }

  private static void await(Process process) {
    try {
      if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(SECONDS_TO_END, TimeUnit.SECONDS);
      }
    } catch (InterruptedException stopped) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
