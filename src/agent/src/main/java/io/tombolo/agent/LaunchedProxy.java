package io.tombolo.agent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// An Envoy that was started here. Closing it ends it.
public final class LaunchedProxy implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private final Process process;
  private final Path log;

  LaunchedProxy(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /// Where it writes its log.
  public Path log() {
    return log;
  }

  /// Its process id.
  public long pid() {
    return process.pid();
  }

  /// Is it running?
  public boolean isAlive() {
    return process.isAlive();
  }

  /// Waits until it ends.
  ///
  /// @return its exit code
  public int await() throws InterruptedException {
    return process.waitFor();
  }

  /// Asks it to end, and kills it if it has not after 5 seconds.
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
