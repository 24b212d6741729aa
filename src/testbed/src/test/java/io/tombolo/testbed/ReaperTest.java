package io.tombolo.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class ReaperTest {

  /// A test's JVM that never gets to its end.
  static final class Doomed {
    private Doomed() {}

    public static void main(String[] arguments) throws Exception {
      var topology = Topology.open();
      var daemon = Daemon.spec("orphan", topology.infra(), "sleep", "600").start();
      var here = Daemon.spec("orphan", new Loopback(), "bash", "-c", "sleep 600 & wait").start();
      var scratch = Scratch.named("orphan");
      System.out.printf("made %d %d %s.%n", daemon.pid(), here.pid(), scratch.path());
      new CountDownLatch(1).await();
    }
  }

  @Test
  void a_killed_jvm_leaves_nothing_behind() throws Exception {
    try (var doomed =
        Daemon.java("doomed-" + ProcessHandle.current().pid(), new Loopback(), Doomed.class)
            .start()) {
      doomed.awaitReady(Duration.ofSeconds(60), () -> doomed.log().contains("made "));
      var made = doomed.log().replaceAll("(?s).*made (\\d+) (\\d+) (\\S+)\\..*", "$1,$2,$3");
      var parts = made.split(",", -1);
      var mark = "tb%d-".formatted(doomed.pid());
      assertThat(Namespace.all()).anyMatch(name -> name.startsWith(mark));
      doomed.kill();
      Await.until(
          "all is gone",
          Duration.ofSeconds(20),
          () ->
              Namespace.all().stream().noneMatch(name -> name.startsWith(mark))
                  && ProcessHandle.of(Long.parseLong(parts[0])).isEmpty()
                  && ProcessHandle.of(Long.parseLong(parts[1])).isEmpty()
                  && !Files.exists(Path.of(parts[2])));
    }
  }
}
