package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A JWT-SVID is issued as a certificate is: not to the banned, and written down first.
@Tag("identity")
class RegistrarJwtTest {
  private static final String NODE = "consul/dc1/default/cart-1";
  private static final Proof PROOF = new Proof(Proof.By.CERTIFICATE, Ca.CART, NODE, "1", "somehow");
  private static final Instant END = Ca.NOW.plus(Duration.ofHours(24));

  private final Path state;
  private final JwtAuthority jwts;
  private final Registrar registrar;

  RegistrarJwtTest(@TempDir Path state) throws IOException {
    this.state = state;
    var ca = new Ca(state);
    var authority = ca.open();
    this.jwts = JwtAuthority.open(ca.vault(), ca.kek(), Ca.DOMAIN, Duration.ofMinutes(5), Ca.NOW);
    var trust =
        TrustStore.open(
            state.resolve("trust"),
            Ca.DOMAIN,
            authority.trusted(),
            List.of(),
            jwts.publicKeys(Ca.NOW),
            Ca.NOW);
    jwts.tell(trust, Ca.NOW);
    this.registrar = Registrar.open(state, authority, Duration.ofHours(24), Ca.NOW);
  }

  @AfterEach
  void close() throws IOException {
    registrar.close();
  }

  private Registrar.JwtResult issue(String... audience) {
    return registrar.issueJwt(jwts, new JwtRequest(List.of(audience), END), PROOF, Ca.NOW);
  }

  private JwtSvid granted(String... audience) {
    var result = issue(audience);
    assertThat(result).isInstanceOf(Registrar.JwtResult.Granted.class);
    return ((Registrar.JwtResult.Granted) result).issued();
  }

  @Test
  void it_is_an_event_of_its_own_that_tells_all_but_the_token() throws Exception {
    var issued = granted("billing", "a\"b");

    var event = registrar.log().lines(-1, 1).getFirst().event();
    assertThat(event.kind().word()).isEqualTo("jwt");
    assertThat(event.subject())
        .isEqualTo(new AuditEvent.Subject(Ca.CART.toString(), NODE, "somehow"));
    assertThat(event.reason())
        .isEqualTo(
            "JWT %s, key %s, until 2026-11-24T04:05:00Z, for billing, a\\u0022b"
                .formatted(issued.id(), issued.keyId()));
    var log = Files.readString(state.resolve("audit.log"));
    for (var part : issued.token().split("\\.", -1)) {
      assertThat(log).doesNotContain(part);
    }
    assertThat(registrar.log().verify()).isInstanceOf(AuditChain.Result.Whole.class);
  }

  @Test
  void a_token_given_as_audience_is_not_in_the_log() throws Exception {
    var issued = granted(granted("billing").token());

    assertThat(Files.readString(state.resolve("audit.log")))
        .doesNotContain(issued.token().split("\\.", -1))
        .doesNotContain("eyJ")
        .contains("[not shown]");
  }

  @Test
  void it_is_no_certificate_in_the_inventory() {
    assertThat(granted("billing").expires()).isAfter(Ca.NOW);
    assertThat(registrar.inventory().holding(Ca.NOW)).isEmpty();
  }

  @Test
  void who_is_banned_by_identity_or_node_gets_none() throws Exception {
    for (var subject : List.of(Ca.CART.toString(), NODE)) {
      var ban = registrar.ban(subject, "stolen", Ca.NOW);
      assertThat(issue("billing")).isEqualTo(new Registrar.Result.Banned(ban));
      var last = registrar.log().lines(-1, 1).getFirst().event();
      assertThat(last.kind()).isEqualTo(AuditEvent.Kind.REFUSED);
      assertThat(last.reason()).contains("stolen");
      assertThat(registrar.unban(subject, Ca.NOW)).isPresent();
    }
    assertThat(granted("billing").identity()).isEqualTo(Ca.CART);
  }

  @Test
  void with_a_broken_log_none_is_issued() throws Exception {
    var log = state.resolve("audit.log");
    assertThat(granted("billing").identity()).isEqualTo(Ca.CART);
    registrar.close();
    Files.writeString(log, Files.readString(log).replace("billing", "sailing"));
    try (var again = Registrar.open(state, registrar.authority(), Duration.ofHours(24), Ca.NOW)) {
      assertThat(again.issueJwt(jwts, new JwtRequest(List.of("billing"), END), PROOF, Ca.NOW))
          .isInstanceOf(Registrar.Result.Closed.class);
    }
  }
}
