package io.tombolo.bench;

import io.tombolo.testbed.Daemon;
import io.tombolo.testbed.Loopback;
import io.tombolo.testbed.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;

/// The control plane under test: `bench/serve`, which becomes the JVM. Belongs to one thread.
final class Plane implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Daemon.Spec spec;
  private final Path state;
  private final int port;
  private Daemon daemon;

  private Plane(Daemon.Spec spec, Path state, int port) {
    this.spec = spec;
    this.state = state;
    this.port = port;
    this.daemon = spec.start();
  }

  /// Starts one that knows nothing from before.
  static Plane start(Path kubeconfig, int port) {
    Place place = new Loopback();
    try {
      var state = Files.createTempDirectory("tombolo-bench-");
      var spec =
          Daemon.spec(
                  "control-plane",
                  place,
                  Path.of("serve").toAbsolutePath().toString(),
                  "-Dtombolo.admin.port=" + place.freePort(),
                  "-Dtombolo.xds.port=" + place.freePort())
              .with("KUBECONFIG", kubeconfig.toString())
              .with("TOMBOLO_BUILD", "never")
              .with("TOMBOLO_BENCH_PORT", Integer.toString(port))
              .with("TOMBOLO_BENCH_STATE", state.toString());
      return new Plane(spec, state, port);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a directory for the control plane", e);
    }
  }

  long pid() {
    return daemon.pid();
  }

  int port() {
    return port;
  }

  Usage usage() {
    return Usage.of(pid());
  }

  /// SIGKILL.
  void kill() {
    daemon.kill();
  }

  /// Starts it again after a kill, with the state it had.
  void startAgain() {
    daemon = spec.start();
  }

  /// Asks it to end, and waits until it has: with its last known good written, and whatever else
  /// its flags make it leave behind.
  void end() {
    var process = ProcessHandle.of(pid()).orElseThrow();
    process.destroy();
    process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    daemon.kill();
    try (var files = Files.walk(state)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + state, e);
    }
  }
}
