package io.tombolo.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/// A process that outlives this JVM, however it ends, and removes what the JVM left: processes,
/// network namespaces, temporary directories. It learns of the end by the closing of its input.
/// Safe for use by several threads.
final class Reaper {
  /// Marks directories which may be removed.
  static final String DIRECTORY_PREFIX = "tombolo-testbed-";

  private static final Reaper OF_THIS_JVM = new Reaper();

  private static final String SCRIPT =
      """
      declare -A processes namespaces directories
      started() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
      while read -r verb what more; do
        case $verb in
          process) processes[$what]=$more ;;
          namespace) namespaces[$what]=1 ;;
          directory) directories[$what]=1 ;;
          forget) unset "processes[$what]" "namespaces[$what]" "directories[$what]" ;;
        esac
      done
      for pid in "${!processes[@]}"; do
        now=$(started "$pid")
        if [ -z "$now" ] || [ "$now" = "${processes[$pid]}" ]; then kill -KILL -- "-$pid"; fi
      done
      for name in "${!namespaces[@]}"; do
        for pid in $(ip netns pids "$name"); do kill -KILL "$pid"; done
        ip netns del "$name"
      done
      for path in "${!directories[@]}"; do
        case $path in */tombolo-testbed-*) rm -rf -- "$path" ;; esac
      done
      """;

  private final ReentrantLock lock = new ReentrantLock();
  private final Writer orders;

  private Reaper() {
    try {
      var process =
          new ProcessBuilder("setsid", "bash", "-c", SCRIPT, "tombolo-testbed-reaper")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      orders = process.outputWriter(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the testbed's reaper (bash, setsid)", e);
    }
  }

  static Reaper ofThisJvm() {
    return OF_THIS_JVM;
  }

  /// @param started field 22 of `/proc/<pid>/stat`, so that nobody else's process is ended
  void process(long pid, String started) {
    order("process " + pid + " " + started);
  }

  void namespace(String name) {
    order("namespace " + name);
  }

  void directory(Path path) {
    order("directory " + path);
  }

  void forget(Object what) {
    order("forget " + what);
  }

  private void order(String line) {
    lock.lock();
    try {
      orders.write(line + "\n");
      orders.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the testbed's reaper is gone", e);
    } finally {
      lock.unlock();
    }
  }
}
