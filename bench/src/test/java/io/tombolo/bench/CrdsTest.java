package io.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("push")
class CrdsTest {
  private static final Path CRDS = Path.of("crds.yaml");

  @Test
  void what_a_harness_installs_is_what_we_read() throws IOException {
    var ours = Files.readString(Path.of("../k8s/crds/intentions.mesh.tombolo.io-v1.yml"));
    var routes =
        Files.readString(
            Path.of("../src/testbed/src/main/resources/io/tombolo/testbed/httproutes.yaml"));
    var all = ours + "---\n" + routes;
    if ("write".equals(System.getProperty("golden"))) {
      Files.writeString(CRDS, all);
    }

    assertThat(Files.readString(CRDS)).as("write it anew with -Dgolden=write").isEqualTo(all);
  }
}
