package io.tombolo.xds.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("intentions")
class ReportsTest {
  @Test
  void the_name_of_a_log_says_what_it_is_about() {
    var name =
        new Reports.Name(
            Reports.Kind.REQUESTS, "consul/dc1/default/billing:8080", List.of("x-a|b", "x-c"));

    assertThat(name).hasToString("REQUESTS|consul/dc1/default/billing:8080|x-a|b,x-c");
    assertThat(Reports.Name.parse(name.toString())).isEqualTo(name);
    assertThat(Reports.Name.parse("LET_IN|s:1|").headers()).isEmpty();
  }

  @Test
  void another_name_is_none() {
    for (var wrong : List.of("", "REQUESTS", "requests|a|b", "REQUESTS|a")) {
      assertThatThrownBy(() -> Reports.Name.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
