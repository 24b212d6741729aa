package io.tombolo.consul;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.testbed.Consul;
import io.tombolo.testbed.Loopback;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Against a real Consul with ACLs on.
@Tag("identity")
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AclTokensTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Consul consul;
  private AclTokens tokens;

  @BeforeAll
  void start() throws IOException {
    consul = Consul.server("dc1", new Loopback()).withAcls().start();
    tokens = new AclTokens("dc1", new ConsulSource.Settings(URI.create(consul.url()), "", ""));
  }

  @AfterAll
  void stop() {
    tokens.close();
    consul.close();
  }

  private JsonNode made(String body) throws IOException {
    var reply = consul.call("PUT", "/v1/acl/token", body);
    assertThat(reply.ok()).as(reply.body()).isTrue();
    return JSON.readTree(reply.body());
  }

  private static String secret(JsonNode token) {
    return token.path("SecretID").asText();
  }

  private AclTokens.Verdict verify(String token, String service) {
    return tokens.verify(token, service, Instant.now());
  }

  private void assertRefused(AclTokens.Verdict verdict, String token, String... words) {
    assertThat(verdict).isInstanceOf(AclTokens.Verdict.Refused.class);
    assertThat(verdict.toString()).contains(words).doesNotContain(token);
  }

  @Test
  void a_token_with_one_service_identity_is_of_that_service() throws Exception {
    var token =
        made(
            """
            {"ServiceIdentities": [{"ServiceName": "billing"}]}
            """);
    var verified = new AclTokens.Verdict.Verified("billing", token.path("AccessorID").asText());

    assertThat(verify(secret(token), "")).isEqualTo(verified);
    assertThat(verify(secret(token), "billing")).isEqualTo(verified);
    assertRefused(verify(secret(token), "ledger"), secret(token), "\"ledger\"", "billing");
  }

  @Test
  void a_token_of_several_services_is_of_the_one_that_is_named() throws Exception {
    var token =
        made(
            """
            {"ServiceIdentities": [{"ServiceName": "billing"}, {"ServiceName": "ledger"}]}
            """);

    assertRefused(verify(secret(token), ""), secret(token), "billing, ledger", "--consul-service");
    assertThat(verify(secret(token), "ledger"))
        .isEqualTo(new AclTokens.Verdict.Verified("ledger", token.path("AccessorID").asText()));
  }

  @Test
  void a_service_identity_counts_in_its_datacenters_only() throws Exception {
    var elsewhere =
        made(
            """
            {"ServiceIdentities": [{"ServiceName": "billing", "Datacenters": ["dc2", "dc3"]}]}
            """);
    var here =
        made(
            """
            {"ServiceIdentities": [{"ServiceName": "billing", "Datacenters": ["dc2"]},
              {"ServiceName": "ledger", "Datacenters": ["dc1", "dc2"]}], "Local": false}
            """);

    assertRefused(verify(secret(elsewhere), ""), secret(elsewhere), "datacenter dc1");
    assertRefused(verify(secret(here), "billing"), secret(here), "ledger");
    assertThat(verify(secret(here), ""))
        .isEqualTo(new AclTokens.Verdict.Verified("ledger", here.path("AccessorID").asText()));
  }

  @Test
  void a_local_token_counts_where_it_was_made() throws Exception {
    var local =
        made(
            """
            {"ServiceIdentities": [{"ServiceName": "billing"}], "Local": true}
            """);

    assertThat(verify(secret(local), "")).isInstanceOf(AclTokens.Verdict.Verified.class);
  }

  @Test
  void a_token_without_a_service_identity_proves_nothing() throws Exception {
    var token =
        made(
            """
            {"Description": "none"}
            """);
    var node =
        made(
            """
            {"NodeIdentities": [{"NodeName": "billing", "Datacenter": "dc1"}]}
            """);
    var management = consul.token().orElseThrow();

    assertRefused(verify(secret(token), ""), secret(token), "no service identity");
    assertRefused(verify(secret(node), ""), secret(node), "no service identity");
    assertRefused(verify(management, ""), management, "no service identity");
  }

  @Test
  void a_token_that_has_expired_or_was_deleted_proves_nothing() throws Exception {
    var token =
        made(
            """
            {"ServiceIdentities": [{"ServiceName": "billing"}], "ExpirationTTL": "10m"}
            """);
    assertThat(verify(secret(token), "")).isInstanceOf(AclTokens.Verdict.Verified.class);

    var later = Instant.now().plus(Duration.ofMinutes(11));
    assertRefused(tokens.verify(secret(token), "", later), secret(token), "has expired");
    consul.call("DELETE", "/v1/acl/token/" + token.path("AccessorID").asText(), "");
    assertRefused(verify(secret(token), ""), secret(token), "does not know it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "anonymous", "00000000-0000-0000-0000-000000000002", "a b", "a\r\nb"})
  void what_is_no_token_proves_nothing(String token) {
    assertThat(verify(token, "")).isInstanceOf(AclTokens.Verdict.Refused.class);
  }

  @Test
  void the_anonymous_token_proves_nothing_though_it_may_be_given_a_service() throws Exception {
    var reply =
        consul.call(
            "PUT",
            "/v1/acl/token/00000000-0000-0000-0000-000000000002",
            """
            {"ServiceIdentities": [{"ServiceName": "billing"}]}
            """);
    assertThat(reply.ok()).as(reply.body()).isTrue();

    assertRefused(verify("anonymous", ""), "no secret", "anonymous");
  }

  @Test
  void while_consul_is_away_a_token_cannot_be_checked() throws Exception {
    var nobody = new ConsulSource.Settings(URI.create("http://127.0.0.1:1"), "", "");
    try (var away = new AclTokens("dc1", nobody)) {
      assertThat(away.verify("some-token", "", Instant.now()))
          .isInstanceOf(AclTokens.Verdict.Unavailable.class)
          .asString()
          .doesNotContain("some-token");
    }
  }
}
