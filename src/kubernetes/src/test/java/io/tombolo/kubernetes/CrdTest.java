package io.tombolo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CrdTest {
  static final Path INTENTIONS = Path.of("../../k8s/crds/intentions.mesh.tombolo.io-v1.yml");

  @Test
  void the_crd_in_k8s_is_the_one_generated_from_the_classes() throws IOException {
    var generated =
        Files.readString(
            Path.of("target/classes/META-INF/fabric8").resolve(INTENTIONS.getFileName()));
    if ("write".equals(System.getProperty("golden"))) {
      Files.writeString(INTENTIONS, generated);
    }

    assertThat(Files.readString(INTENTIONS))
        .as("write it anew with -Dgolden=write")
        .isEqualTo(generated);
  }
}
