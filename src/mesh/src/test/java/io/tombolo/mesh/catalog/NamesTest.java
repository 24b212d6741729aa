package io.tombolo.mesh.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "web", "web-1", "1", "0-0"})
  void a_dns_label_is_a_name(String name) {
    assertThat(Names.requireLabel("a name", name)).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", "a-", "A", "a.b", "a_b", "a/b", "*", "ä", "a\n", " a"})
  void nothing_else_is_a_name(String name) {
    assertThat(Names.isLabel(name)).isFalse();
  }

  @Test
  void a_name_has_at_most_63_characters() {
    assertThat(Names.isLabel("a".repeat(63))).isTrue();
    assertThat(Names.isLabel("a".repeat(64))).isFalse();
  }

  @Test
  void the_error_names_what_it_is_about_and_shows_hostile_text_escaped() {
    assertThatThrownBy(() -> Names.requireLabel("the name of a service", "a\u001b[31m\nb"))
        .hasMessageContaining("the name of a service")
        .hasMessageContaining("a\\u001b[31m\\u000ab");
  }

  @Test
  void printable_text_stays_as_it_is() {
    assertThat(Names.printable("web at 10.0.0.1:80 (ready)"))
        .isEqualTo("web at 10.0.0.1:80 (ready)");
  }

  @Test
  void printable_text_has_one_line_no_quotes_and_80_characters_at_most() {
    var hostile = "\"\\\r\n\t\u0000\u202e\ud83d\ude00".repeat(50);

    var printed = Names.printable(hostile);

    assertThat(printed).hasSizeLessThanOrEqualTo(80).matches("[ -~]*").doesNotContain("\"");
    assertThat(Names.printable("x".repeat(1_000_000))).hasSize(80).endsWith("~");
  }
}
