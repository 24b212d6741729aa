package io.tombolo.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A command that runs to its end.
record Command(List<String> words, String input) {
  private static final long PATIENCE_SECONDS = 60;

  /// How a command ended, and what it wrote to either output.
  public record Result(int exit, String output) {
    public boolean ok() {
      return exit == 0;
    }
  }

  static Command of(List<String> words) {
    return new Command(words, "");
  }

  /// Instructions to `ip`, all of which must succeed.
  ///
  /// @param at the options that say where, such as `-n NAMESPACE`
  static void ip(List<String> at, List<String> instructions) {
    var words = new ArrayList<>(List.of("ip"));
    words.addAll(at);
    words.addAll(List.of("-batch", "-"));
    var result = new Command(words, String.join("\n", instructions) + "\n").run();
    if (!result.ok()) {
      throw new IllegalStateException(
          "ip %s refuses %s: %s".formatted(at, instructions, result.output.strip()));
    }
  }

  Result run() {
    try {
      var process = new ProcessBuilder(words).redirectErrorStream(true).start();
      try (var writer = process.outputWriter(StandardCharsets.UTF_8)) {
        writer.write(input);
      }
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(words + " does not end");
      }
      return new Result(process.exitValue(), output);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + words, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + words, e);
    }
  }
}
