package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.identity.Pem;
import io.tombolo.server.ca.FakeVault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("identity")
class ConfiguredIntermediatesTest {
  @TempDir private Path directory = Path.of("");

  private ControlPlane controlPlane(Map<String, String> keys) throws IOException {
    var all = new HashMap<String, String>();
    keys.forEach((key, value) -> all.put("tombolo.ca.intermediate." + key, value));
    return Configured.controlPlane(directory.resolve("state"), all);
  }

  private void refuses(Map<String, String> keys, String... words) {
    assertThatThrownBy(() -> controlPlane(keys)).hasMessageContainingAll(words);
  }

  @Test
  void a_control_plane_issues_under_vaults_root_and_starts_again_without_vault() throws Exception {
    var token = Files.writeString(directory.resolve("token"), FakeVault.TOKEN);
    var keys = new HashMap<String, String>();
    try (var vault = FakeVault.plain()) {
      keys.put("source", "vault");
      keys.put("life", "80h");
      keys.put("vault.address", vault.address().toString());
      keys.put("vault.token-file", token.toString());
      try (var controlPlane = controlPlane(keys)) {
        controlPlane.start();
        assertThat(controlPlane.admin().registrar().authority().trusted())
            .containsExactly(vault.root());
        assertThat(Files.readString(directory.resolve("state/bundle.pem")))
            .isEqualTo(Pem.of(List.of(vault.root())));
      }
      vault.answering(503, "{\"errors\": [\"Vault is sealed\"]}");
      try (var controlPlane = controlPlane(keys)) {
        controlPlane.start();
        assertThat(controlPlane.admin().registrar().authority().trusted())
            .containsExactly(vault.root());
      }
    }
  }

  @Test
  void what_a_source_needs_and_is_not_configured_is_named() {
    refuses(Map.of("source", "files"), "tombolo.ca.intermediate.files");
    refuses(Map.of("source", "vault"), "tombolo.ca.intermediate.vault.address");
    refuses(
        Map.of("source", "vault", "vault.address", "https://vault.example"),
        "exactly one of vault.token-file");
    refuses(
        Map.of(
            "source", "vault", "vault.address", "https://vault.example", "vault.app-role-id", "x"),
        "tombolo.ca.intermediate.vault.app-secret-id-file");
    refuses(Map.of("source", "cert-manager"), "tombolo.ca.intermediate.cert-manager.cluster");
    refuses(
        Map.of("source", "cert-manager", "cert-manager.cluster", "prod"),
        "tombolo.kubernetes",
        "prod");
    refuses(Map.of("roots", "nowhere.pem"), "tombolo.ca.intermediate.roots", "nowhere.pem");
  }

  @Test
  void a_source_that_has_nothing_yet_is_told_at_the_first_start() {
    refuses(Map.of("source", "offline"), "tombolo ca request");
    refuses(
        Map.of("source", "files", "files", directory.toString()), directory.toString(), "tls.crt");
  }

  @Test
  void a_life_too_short_for_certificates_of_workloads_is_refused() {
    refuses(Map.of("life", "48h"), "tombolo.svid.ttl");
  }
}
