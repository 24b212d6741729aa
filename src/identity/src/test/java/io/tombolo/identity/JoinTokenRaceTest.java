package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// One join token is presented by 64 callers at once to three replicas, each a process of its own
/// on the same directory; in most rounds one of them is killed (SIGKILL) between looking at the
/// token and using it up, or between using it up and answering.
@Tag("identity")
class JoinTokenRaceTest {
  private static final int REPLICAS = 3;
  private static final int[] CALLERS = {22, 21, 21};
  private static final List<Replica.Trap> TRAPS =
      List.of(Replica.Trap.NONE, Replica.Trap.BEFORE, Replica.Trap.AFTER);
  private static final Grant GRANT = new Grant(Ca.CART, "consul/dc1/default/web-1", "vm-1");

  @TempDir Path state;
  private final List<Running> all = new ArrayList<>();

  /// A replica's process.
  private record Running(Process process, BufferedReader said, BufferedWriter told) {
    void tell(Replica.Trap trap, int callers, String token) throws IOException {
      told.write("%s %d %s\n".formatted(trap, callers, token));
      told.flush();
    }

    /// How many callers it has accepted; -1 if it is caught.
    int answer() throws IOException {
      var line = said.readLine();
      assertThat(line).as("what a replica says").isNotNull();
      return line.equals("caught") ? -1 : Integer.parseInt(line.substring("accepted ".length()));
    }

    void kill() throws InterruptedException {
      process.destroyForcibly();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @AfterEach
  void end() {
    all.forEach(running -> running.process.destroyForcibly());
  }

  private Path directory() {
    return state.resolve("tokens");
  }

  private Running start() throws IOException {
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Replica.class.getName(),
                directory().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var running =
        new Running(
            process,
            process.inputReader(StandardCharsets.US_ASCII),
            process.outputWriter(StandardCharsets.US_ASCII));
    all.add(running);
    return running;
  }

  private static Running awaited(Running running) throws IOException {
    assertThat(running.said.readLine()).isEqualTo("ready");
    return running;
  }

  /// What was set for one round.
  private record Round(int number, Replica.Trap trap, int victim, Start start) {}

  /// Whether the victim's callers come with the others, or before them: then it is surely killed.
  private enum Start {
    TOGETHER,
    VICTIM_FIRST
  }

  private void rounds(int count, long seed) throws Exception {
    System.out.printf("%d rounds, seed %d%n", count, seed);
    var random = new Random(seed);
    var tokens = new JoinTokens(directory());
    var replicas = new Running[REPLICAS];
    for (int i = 0; i < REPLICAS; i++) {
      replicas[i] = start();
    }
    for (var replica : replicas) {
      awaited(replica);
    }
    var next = start();
    var kills = new EnumMap<Replica.Trap, Integer>(Replica.Trap.class);
    for (int number = 0; number < count; number++) {
      var trap = TRAPS.get(random.nextInt(TRAPS.size()));
      var start = random.nextBoolean() ? Start.TOGETHER : Start.VICTIM_FIRST;
      var round = new Round(number, trap, random.nextInt(REPLICAS), start);
      if (race(round, replicas, tokens.issue(GRANT, JoinTokens.LONGEST, Ca.NOW).text())) {
        kills.merge(trap, 1, Integer::sum);
        replicas[round.victim] = awaited(next);
        next = start();
      }
    }
    System.out.printf("%d rounds, killed %s%n", count, kills);
    assertThat(kills)
        .as("both traps were come to")
        .containsKeys(Replica.Trap.BEFORE, Replica.Trap.AFTER);
  }

  /// @return whether the victim came to the trap and was killed
  private static boolean race(Round round, Running[] replicas, String token) throws Exception {
    var victim = replicas[round.victim];
    victim.tell(round.trap, CALLERS[round.victim], token);
    int first = round.start == Start.VICTIM_FIRST ? victim.answer() : 0;
    for (int i = 0; i < REPLICAS; i++) {
      if (i != round.victim) {
        replicas[i].tell(Replica.Trap.NONE, CALLERS[i], token);
      }
    }
    int ofVictim = round.start == Start.VICTIM_FIRST ? first : victim.answer();
    boolean killed = ofVictim < 0;
    if (killed) {
      victim.kill();
    }
    int accepted = Math.max(ofVictim, 0);
    for (int i = 0; i < REPLICAS; i++) {
      accepted += i == round.victim ? 0 : replicas[i].answer();
    }
    boolean usedUpByTheKilled = killed && round.trap == Replica.Trap.AFTER;
    assertThat(accepted).as(round.toString()).isEqualTo(usedUpByTheKilled ? 0 : 1);
    assertNeverAgain(round, replicas, token);
    return killed;
  }

  private static void assertNeverAgain(Round round, Running[] replicas, String token)
      throws IOException {
    for (int i = 0; i < REPLICAS; i++) {
      if (replicas[i].process.isAlive()) {
        replicas[i].tell(Replica.Trap.NONE, 2, token);
        assertThat(replicas[i].answer()).as("again after " + round).isZero();
      }
    }
  }

  @Test
  @Timeout(120)
  void one_of_64_callers_is_let_in_whichever_replica_is_killed() throws Exception {
    rounds(40, Long.getLong("join.seed", 20261124));
  }

  /// The whole: `-Dgroups=soak`, and `-Djoin.seed=` for the same again.
  @Tag("soak")
  @Test
  @Timeout(3600)
  void one_of_64_callers_is_let_in_500_times() throws Exception {
    rounds(500, Long.getLong("join.seed", System.nanoTime()));
  }
}
