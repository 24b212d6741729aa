package io.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OptionsTest {
  @Test
  void sizes_may_be_given_in_any_order() {
    var options = Options.of("--services", "10", "--quick", "--proxies", "5");

    assertThat(options.services()).isEqualTo(10);
    assertThat(options.proxies()).isEqualTo(5);
    assertThat(options.changes()).isEqualTo(Options.of("--quick").changes());
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> Options.of("--services", "10", "--endpoints", "5"))
        .hasMessageContaining("200 proxies need more endpoints");
    assertThatThrownBy(() -> Options.of("--speed", "9")).hasMessage("--speed: not known");
    assertThatThrownBy(() -> Options.of("--rate")).hasMessage("--rate: a value is missing");
  }
}
