package io.tombolo.cli.demo;

import io.tombolo.cli.CommandFailed;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/// How long to wait for something, and how often to look.
record Patience(Duration limit, Duration pause) {
  static final Patience USUAL = new Patience(Duration.ofSeconds(60), Duration.ofMillis(50));

  /// How long to wait for an effect whose time is measured.
  static final Patience WATCHFUL = new Patience(Duration.ofSeconds(20), Duration.ofMillis(2));

  /// Looks until there is something.
  ///
  /// @param otherwise what to say if there never is
  <T> T until(Supplier<Optional<T>> look, Supplier<String> otherwise) {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      var found = look.get();
      if (found.isPresent()) {
        return found.get();
      }
      if (System.nanoTime() > end) {
        throw new CommandFailed("%s (waited %d s)".formatted(otherwise.get(), limit.toSeconds()));
      }
      rest();
    }
  }

  private void rest() {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new CommandFailed("interrupted", stopped);
    }
  }
}
