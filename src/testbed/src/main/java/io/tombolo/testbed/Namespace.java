package io.tombolo.testbed;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A network namespace of the kernel, and a thread of this JVM that lives in it: sockets which that
/// thread opens belong to the namespace, whoever uses them later.
final class Namespace implements AutoCloseable {
  private static final Path ALL = Path.of("/run/netns");
  private static final int CLONE_NEWNET = 0x40000000;
  private static final Map<String, String> SYSCTLS =
      Map.of(
          "ipv4/ip_forward", "0",
          "ipv4/conf/all/send_redirects", "0",
          "ipv6/conf/all/disable_ipv6", "1",
          "ipv6/conf/default/disable_ipv6", "1",
          "ipv4/ip_unprivileged_port_start", "0");

  private final String name;
  private final ExecutorService inside;

  private Namespace(String name) {
    this.name = name;
    this.inside =
        Executors.newSingleThreadExecutor(
            task -> Thread.ofPlatform().daemon().name(threadName()).unstarted(task));
  }

  /// Makes one that forwards nothing. It goes with the JVM if it is not closed before.
  static Namespace create(String name) throws IOException {
    Reaper.ofThisJvm().namespace(name);
    Command.ip(List.of(), List.of("netns add " + name));
    var namespace = new Namespace(name);
    try {
      namespace.call(() -> {
        enter(ALL.resolve(name));
        return configure();
      });
    } catch (Exception e) {
      namespace.close();
      throw new IOException("cannot enter the network namespace " + name, e);
    }
    namespace.ip("link set lo up");
    return namespace;
  }

  private static boolean configure() throws IOException {
    for (var sysctl : SYSCTLS.entrySet()) {
      var file = Path.of("/proc/sys/net", sysctl.getKey());
      if (Files.exists(file)) {
        Files.writeString(file, sysctl.getValue());
      }
    }
    return true;
  }

  @SuppressWarnings("restricted") // the JDK has no other way into a namespace
  private static void enter(Path file) throws IOException {
    var linker = Linker.nativeLinker();
    var library = linker.defaultLookup();
    var open =
        linker.downcallHandle(
            library.findOrThrow("open"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    var setns =
        linker.downcallHandle(
            library.findOrThrow("setns"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    var close =
        linker.downcallHandle(
            library.findOrThrow("close"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try (var arena = Arena.ofConfined()) {
      int descriptor = (int) open.invokeExact(arena.allocateFrom(file.toString()), 0);
      int entered = (int) setns.invokeExact(descriptor, CLONE_NEWNET);
      int closed = (int) close.invokeExact(descriptor);
      if (entered != 0 || closed != 0) {
        throw new IOException("setns to " + file + " is refused");
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException("setns to " + file + " fails", e);
    }
  }

  String name() {
    return name;
  }

  private String threadName() {
    return "in " + name;
  }

  void ip(String... instructions) {
    Command.ip(List.of("-n", name), List.of(instructions));
  }

  List<String> entering(List<String> command) {
    var words = new ArrayList<>(List.of("ip", "netns", "exec", name));
    words.addAll(command);
    return words;
  }

  /// Runs a task on the thread inside; a task that is there already runs at once.
  <T> T call(Callable<T> task) throws Exception {
    if (threadName().equals(Thread.currentThread().getName())) {
      return task.call();
    }
    try {
      return inside.submit(task).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    inside.shutdownNow();
    remove(name);
    Reaper.ofThisJvm().forget(name);
  }

  /// Ends what runs in a namespace, and removes it.
  static void remove(String name) {
    Command.of(List.of("ip", "netns", "pids", name))
        .run()
        .output()
        .lines()
        .filter(line -> !line.isEmpty() && line.chars().allMatch(Character::isDigit))
        .map(Long::parseLong)
        .filter(pid -> pid != ProcessHandle.current().pid())
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .forEach(ProcessHandle::destroyForcibly);
    Command.of(List.of("ip", "netns", "del", name)).run();
  }

  /// The names of all namespaces of this machine.
  static List<String> all() throws IOException {
    if (!Files.isDirectory(ALL)) {
      return List.of();
    }
    try (var names = Files.list(ALL)) {
      return names.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
