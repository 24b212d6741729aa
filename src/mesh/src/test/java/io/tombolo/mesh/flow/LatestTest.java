package io.tombolo.mesh.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LatestTest {
  @Test
  void a_reader_gets_the_newest_value_only() throws Exception {
    var latest = new Latest<>(1);
    latest.set(2);
    latest.set(3);

    assertThat(latest.get()).isEqualTo(3);
    assertThat(latest.await(value -> value > 1)).isEqualTo(3);
  }

  @Test
  void whoever_waits_is_woken_by_the_value_he_wants() throws Exception {
    var latest = new Latest<>(0);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var waiting = threads.submit(() -> latest.await(value -> value >= 100));
      for (int i = 1; i <= 100; i++) {
        latest.set(i);
      }
      assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo(100);
    }
  }
}
