package io.tombolo.identity;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

/// A replica of the control plane as far as join tokens go, in a process of its own. Of a line
/// `<trap> <callers> <token>` so many callers present the token at once; it answers `caught` if one
/// came to the trap, where all stand still for ever, or else `accepted N`.
final class Replica {
  /// Where a replica is caught: between looking at a token and using it up, or between using it up
  /// and answering.
  enum Trap {
    NONE,
    BEFORE,
    AFTER
  }

  private final Path directory;
  private final AtomicBoolean caught = new AtomicBoolean();

  private Replica(Path directory) {
    this.directory = directory;
  }

  public static void main(String[] arguments) throws Exception {
    var replica = new Replica(Path.of(arguments[0]));
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    System.out.println("ready");
    for (var line = input.readLine(); line != null; line = input.readLine()) {
      var words = line.split(" ", 3);
      int accepted = replica.race(Trap.valueOf(words[0]), Integer.parseInt(words[1]), words[2]);
      System.out.println("accepted " + accepted);
    }
  }

  private int race(Trap trap, int callers, String token)
      throws IOException, InterruptedException, ExecutionException {
    var watched =
        WatchedFiles.below(
            directory, () -> reach(trap, Trap.BEFORE), () -> reach(trap, Trap.AFTER));
    var tokens = new JoinTokens(watched);
    var start = new CyclicBarrier(callers);
    var tasks = new ArrayList<Callable<JoinTokens.Result>>();
    for (int caller = 0; caller < callers; caller++) {
      tasks.add(() -> {
        start.await();
        return tokens.redeem(token, Ca.NOW);
      });
    }
    int accepted = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var result : threads.invokeAll(tasks)) {
        if (result.get() instanceof JoinTokens.Result.Accepted) {
          accepted++;
        }
      }
    }
    return accepted;
  }

  private void reach(Trap set, Trap here) {
    if (set != here) {
      return;
    }
    if (caught.compareAndSet(false, true)) {
      System.out.println("caught");
    }
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
