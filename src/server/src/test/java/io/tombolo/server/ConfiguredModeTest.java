package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Mode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("intentions")
class ConfiguredModeTest {
  @TempDir private Path state;

  private Mode configured(Map<String, String> keys) throws IOException {
    try (var controlPlane = Configured.controlPlane(state, keys)) {
      return controlPlane.admin().loop().model().mesh().settings().mode();
    }
  }

  @Test
  void intentions_are_read_strictly_unless_it_is_said_otherwise() throws IOException {
    assertThat(configured(Map.of())).isEqualTo(Mode.STRICT);
  }

  @Test
  void intentions_are_read_as_consul_does_with_its_default() throws IOException {
    assertThat(
            configured(
                Map.of(
                    "tombolo.intentions.mode", "consul-compat",
                    "tombolo.intentions.default", "allow")))
        .isEqualTo(new Mode(false, Action.ALLOW));
  }

  @Test
  void a_strict_mesh_that_allows_by_default_does_not_start() {
    assertThatThrownBy(() -> configured(Map.of("tombolo.intentions.default", "allow")))
        .hasMessageContaining("tombolo.intentions.default: a strict mesh denies by default");
  }
}
