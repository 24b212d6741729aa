package io.tombolo.server.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.identity.CaState;
import io.tombolo.identity.DirectoryKeyVault;
import io.tombolo.identity.Intermediate;
import io.tombolo.identity.KekSource;
import io.tombolo.identity.Pem;
import io.tombolo.identity.SignedElsewhere;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against a server that answers as the documentation of Vault's HTTP API says.
@Tag("identity")
class VaultTest {
  private static final Duration LIFE = Duration.ofHours(20);

  @TempDir private Path directory = Path.of("");
  private final FakeVault vault;

  VaultTest() throws IOException {
    vault = FakeVault.plain();
  }

  @AfterEach
  void close() {
    vault.close();
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private Vault.Login token() throws IOException {
    return new Vault.Login.Token(file("token", FakeVault.TOKEN + "\n"));
  }

  private static Vault.Settings at(URI address, Vault.Login login) {
    return new Vault.Settings(
        address, "pki", Optional.empty(), Optional.empty(), Optional.empty(), login);
  }

  private Intermediate next(Vault.Settings settings) throws IOException {
    var state =
        new CaState(
            new DirectoryKeyVault(directory.resolve("ca")),
            new KekSource.InFile(directory.resolve("ca/kek")),
            new TrustDomain("demo.test"));
    return new SignedElsewhere(state, new Vault(settings), LIFE, List.of())
        .next(null, Instant.now())
        .orElseThrow();
  }

  private void refuses(Vault.Settings settings, String... reasons) {
    assertThatThrownBy(() -> next(settings))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Vault's pki")
        .hasMessageContainingAll(reasons)
        .satisfies(failure ->
            assertThat(failure.getMessage()).doesNotContain(FakeVault.TOKEN, "secret-id"));
  }

  @Test
  void an_intermediate_is_signed_with_what_the_documentation_asks_for() throws Exception {
    var signed = next(at(vault.address(), token()));

    assertThat(signed.root()).isEqualTo(vault.root());
    var call = vault.calls().getFirst();
    assertThat(call.path()).isEqualTo("/v1/pki/root/sign-intermediate");
    assertThat(call.body().path("ttl").asText()).isEqualTo("72000s");
    assertThat(call.body().path("uri_sans").asText()).isEqualTo("spiffe://demo.test");
    assertThat(call.body().path("max_path_length").asInt(-1)).isZero();
    assertThat(call.body().path("format").asText()).isEqualTo("pem");
    assertThat(call.body().path("csr").asText()).startsWith("-----BEGIN CERTIFICATE REQUEST");
  }

  @Test
  void mount_issuer_and_namespace_are_named() throws Exception {
    var settings =
        new Vault.Settings(
            vault.address(),
            "mesh/pki",
            Optional.of("two"),
            Optional.of("team-a"),
            Optional.empty(),
            token());

    var _ = next(settings);

    var call = vault.calls().getFirst();
    assertThat(call.path()).isEqualTo("/v1/mesh/pki/issuer/two/sign-intermediate");
    assertThat(call.headers()).containsEntry("x-vault-namespace", "team-a");
  }

  @Test
  void a_token_is_read_from_its_file_each_time() throws Exception {
    var file = file("token", "hvs.old");
    var settings = at(vault.address(), new Vault.Login.Token(file));
    refuses(settings, "403", "permission denied", "renew the token");

    var _ = file("token", FakeVault.TOKEN);

    assertThat(next(settings).root()).isEqualTo(vault.root());
  }

  @Test
  void kubernetes_and_approle_log_in_first() throws Exception {
    var jwt = new Vault.Login.Kubernetes("kubernetes", "tombolo", file("jwt", "pods-own"));
    var _ = next(at(vault.address(), jwt));
    assertThat(vault.calls().get(0).path()).isEqualTo("/v1/auth/kubernetes/login");
    assertThat(vault.calls().get(0).body().path("role").asText()).isEqualTo("tombolo");

    var role = new Vault.Login.AppRole("approle", "role-id", file("secret", "secret-id\n"));
    var _ = next(at(vault.address(), role));
    assertThat(vault.calls().get(2).path()).isEqualTo("/v1/auth/approle/login");
    assertThat(vault.calls().get(2).headers()).doesNotContainKey("x-vault-token");
    assertThat(vault.calls().get(3).headers()).containsEntry("x-vault-token", FakeVault.TOKEN);
  }

  @Test
  void a_login_that_gives_no_token_is_told() throws Exception {
    refuses(
        at(
            vault.address(),
            new Vault.Login.AppRole("approle", "role-id", file("secret", "another"))),
        "auth/approle",
        "no token");
  }

  @Test
  void a_secret_that_is_not_there_or_not_one_is_told_and_not_shown() throws Exception {
    refuses(at(vault.address(), new Vault.Login.Token(Path.of("nowhere"))), "nowhere");
    refuses(
        at(vault.address(), new Vault.Login.Token(file("two", FakeVault.TOKEN + "\nhvs.2"))),
        "one secret");
  }

  @Test
  void errors_of_vault_are_told_with_the_way_out() throws Exception {
    for (var said :
        List.of(
            "503 {\"errors\":[\"Vault is sealed\"]} unseal",
            "404 {\"errors\":[\"no handler for route\"]} check the mount",
            "500 garbage no reason")) {
      var parts = said.split(" ", 2);
      int end = parts[1].startsWith("{") ? parts[1].indexOf('}') + 1 : "garbage".length();
      vault.answering(Integer.parseInt(parts[0]), parts[1].substring(0, end));
      refuses(at(vault.address(), token()), parts[0], parts[1].substring(end).strip());
    }
  }

  @Test
  void answers_that_are_none_are_refused() throws Exception {
    for (var body : List.of("not JSON", "{}", "{\"data\": {\"certificate\": \"x\"}}")) {
      vault.answering(200, body);
      refuses(at(vault.address(), token()), "its answer");
    }
  }

  @Test
  void an_answer_for_another_key_is_refused() throws Exception {
    var other =
        "{\"data\":{\"certificate\":\"%s\"}}"
            .formatted(Pem.of(List.of(vault.root())).replace("\n", "\\n"));
    vault.answering(200, other);

    refuses(at(vault.address(), token()), "has the key");
  }

  @Test
  void a_vault_out_of_reach_is_told() throws Exception {
    refuses(at(URI.create("http://127.0.0.1:1"), token()), "cannot be reached");
  }

  @Test
  void https_is_trusted_by_the_configured_authority_only() throws Exception {
    try (var https = FakeVault.https()) {
      var ca = file("ca.pem", Pem.of(List.of(https.root())));
      var trusting =
          new Vault.Settings(
              https.address(), "pki", Optional.empty(), Optional.empty(), Optional.of(ca), token());

      assertThat(next(trusting).root()).isEqualTo(https.root());
      refuses(at(https.address(), token()), "cannot be reached");
      assertThat(https.calls()).hasSize(1);
    }
  }

  @Test
  void a_token_is_not_sent_in_plain_to_another_host() {
    for (var address :
        List.of(
            "http://vault.example:8200",
            "http://127.evil.example:8200",
            "ftp://x",
            "vault",
            "http://")) {
      assertThatThrownBy(
              () -> at(URI.create(address.equals("http://") ? "http:///" : address), token()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("tombolo.ca.intermediate.vault.address");
    }
  }
}
