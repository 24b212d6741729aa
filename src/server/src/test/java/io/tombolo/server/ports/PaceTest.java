package io.tombolo.server.ports;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("push")
class PaceTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void after_a_quiet_second_as_many_come_at_once_as_may_come_in_a_second() {
    var pace = new Pace(10, 0);

    for (int i = 0; i < 10; i++) {
      assertThat(pace.take(0)).isZero();
    }
    assertThat(pace.take(0)).isEqualTo(SECOND / 10);
    assertThat(pace.take(0)).isEqualTo(2 * SECOND / 10);
  }

  @Test
  void whoever_waits_as_told_goes_on_for_ever() {
    var pace = new Pace(10, 0);
    long now = 0;
    for (int i = 0; i < 1_000; i++) {
      now += pace.take(now);
    }

    assertThat(now).isEqualTo(990 * SECOND / 10);
  }
}
