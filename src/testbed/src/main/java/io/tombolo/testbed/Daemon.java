package io.tombolo.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/// A process that runs beside the test, in a process group of its own, its output appended to
/// `target/testbed/<name>.log`. It can be suspended, killed and started again, and it does not
/// outlive the test's JVM. Belongs to one thread.
public final class Daemon implements AutoCloseable {
  private static final int LOG_TAIL = 3_000;
  private static final long TERM_SECONDS = 10;

  /// What to run, and where.
  ///
  /// @param environment added to the test's own
  public record Spec(
      String name, Place place, List<String> command, Map<String, String> environment) {
    public Spec {
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
    }

    /// The same with one more variable in its environment.
    public Spec with(String variable, String value) {
      var more = new HashMap<>(environment);
      more.put(variable, value);
      return new Spec(name, place, command, more);
    }

    public Daemon start() {
      return new Daemon(this);
    }
  }

  private final Spec spec;
  private final Path log;
  private final long logBegan;
  private Process process;
  private boolean ended;

  private Daemon(Spec spec) {
    this.spec = spec;
    this.log = Path.of("target", "testbed", spec.name + ".log").toAbsolutePath();
    this.logBegan = log.toFile().length();
    this.process = launch();
  }

  /// A command at a place.
  public static Spec spec(String name, Place place, String... command) {
    return new Spec(name, place, List.of(command), Map.of());
  }

  /// A main class on this JVM's class path and Java.
  public static Spec java(String name, Place place, Class<?> main, String... arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            main.getName()));
    command.addAll(List.of(arguments));
    return new Spec(name, place, command, Map.of());
  }

  private Process launch() {
    var command = new ArrayList<>(List.of("setsid"));
    command.addAll(spec.place.entering(spec.command));
    try {
      Files.createDirectories(log.getParent());
      Files.writeString(
          log,
          "--- %s at %s: %s%n".formatted(Instant.now(), spec.place.name(), spec.command.getFirst()),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
      var builder =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().putAll(spec.environment);
      var launched = builder.start();
      Reaper.ofThisJvm().process(launched.pid(), startOf(launched.pid()));
      return launched;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start %s (%s)".formatted(spec.name, command), e);
    }
  }

  private static String startOf(long pid) {
    try {
      return stat(Path.of("/proc", Long.toString(pid)))[19];
    } catch (IOException e) {
      return "gone";
    }
  }

  public String name() {
    return spec.name;
  }

  public Place place() {
    return spec.place;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /// Everything it has written since it was first started, its restarts included.
  public String log() {
    try (var file = Files.newInputStream(log)) {
      file.skipNBytes(logBegan);
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + log, e);
    }
  }

  /// Waits until it is ready.
  ///
  /// @param probe runs at the daemon's place; an exception means "not yet"
  /// @throws IllegalStateException with the end of its log, when the time is over or it has ended
  public Daemon awaitReady(Duration patience, Callable<Boolean> probe) {
    Await.until(
        spec.name + " is ready",
        patience,
        () -> {
          if (!process.isAlive()) {
            throw new Await.Hopeless(
                "%s ended with exit code %d%s".formatted(spec.name, process.exitValue(), tail()));
          }
          return spec.place.call(probe);
        },
        this::tail);
    return this;
  }

  private String tail() {
    var all = log();
    return "\n... " + log + " ends with:\n" + all.substring(Math.max(0, all.length() - LOG_TAIL));
  }

  /// Freezes it: connections stay open, nothing is answered.
  public void suspend() {
    signal("STOP");
    Await.until(spec.name + " is suspended", Duration.ofSeconds(TERM_SECONDS), this::isSuspended);
  }

  /// Have all of its threads stopped? Each does so when it next leaves the kernel.
  private boolean isSuspended() throws IOException {
    try (var threads = Files.list(Path.of("/proc", Long.toString(pid()), "task"))) {
      for (var thread : threads.toList()) {
        if (!stat(thread)[0].equals("T")) {
          return false;
        }
      }
    }
    return true;
  }

  /// The fields of a process' or thread's `stat` from the third, its state, on.
  private static String[] stat(Path process) throws IOException {
    var stat = Files.readString(process.resolve("stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
  }

  /// Lets a suspended one go on.
  public void resume() {
    signal("CONT");
  }

  /// Ends it at once (SIGKILL), with its children.
  public void kill() {
    if (!ended) {
      signal("KILL");
      awaitEnd();
      ended = true;
    }
  }

  /// Asks it to end (SIGTERM), insists after a while.
  public void stop() {
    if (process.isAlive()) {
      signal("CONT");
      signal("TERM");
      try {
        process.waitFor(TERM_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    kill();
  }

  /// Starts the same command again after it ended.
  public void restart() {
    kill();
    process = launch();
    ended = false;
  }

  private void signal(String name) {
    try {
      // The group outlives its leader if the leader left children behind.
      new ProcessBuilder("bash", "-c", "kill -%s -- -%d".formatted(name, process.pid()))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot signal " + spec.name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(TERM_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(spec.name + " does not end, pid " + process.pid());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Reaper.ofThisJvm().forget(process.pid());
  }

  @Override
  public void close() {
    stop();
  }
}
