package io.tombolo.cli.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;

/// Says what is being done, so that nobody waits in the dark.
final class Progress {
  private final PrintWriter out;

  Progress(PrintWriter out) {
    this.out = out;
  }

  void say(String line) {
    out.println(line);
    out.flush();
  }

  /// Does a step and says what came of it and how long it took.
  ///
  /// @param done what to say about the result
  <T> T step(String what, Supplier<T> work, Function<T, String> done) {
    out.print("  %-22s ".formatted(what));
    out.flush();
    long start = System.nanoTime();
    try {
      var result = work.get();
      var took = Duration.ofNanos(System.nanoTime() - start);
      say("%s (%.1f s)".formatted(done.apply(result), took.toMillis() / 1000.0));
      return result;
    } catch (RuntimeException failed) {
      say("failed");
      throw failed;
    }
  }
}
