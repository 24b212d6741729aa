package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
  @TempDir Path state;

  @Test
  void what_is_written_for_agents_to_pin_can_be_read_by_all_and_gives_the_same_roots()
      throws Exception {
    var bundle = new Ca(state).open().trusted();
    var file = state.resolve("bundle.pem");
    Files.writeString(file, "an old one");

    Pem.write(file, bundle);

    assertThat(Pem.parse(Files.readString(file))).isEqualTo(bundle);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r--r--");
    try (var files = Files.list(state)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("bundle.pem", "ca", "roots");
    }
  }

  @Test
  void several_certificates_keep_their_order() throws Exception {
    var one = new Ca(state.resolve("one")).open().trusted().getFirst();
    var other = new Ca(state.resolve("other")).open().trusted().getFirst();

    assertThat(Pem.parse(Pem.of(List.of(other, one)))).containsExactly(other, one);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"})
  void text_that_is_not_certificates_is_refused(String text) {
    assertThatThrownBy(() -> Pem.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
