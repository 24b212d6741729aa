package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.nimbusds.jwt.JWTClaimsSet;
import io.tombolo.mesh.identity.HostileJwts;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;

/// A token from outside is refused with one kind of exception, or is one that others accept as
/// well.
@Tag("identity")
class JwtFuzzTest {
  private static final Instant NOW = Instant.parse("2026-11-24T04:00:00Z");
  private static final String AUDIENCE = "billing";

  private final KeyPair keys = TestAuthority.newKeys();
  private final Trust trust =
      Trust.of(
          new TrustBundle(
              TestAuthority.DOMAIN,
              1,
              List.of(),
              new TreeMap<String, PublicKey>(Map.of(TestAuthority.JWT_KEY, keys.getPublic()))));

  JwtFuzzTest() throws Exception {}

  /// Nobody can guess a signature.
  @FuzzTest(maxDuration = "10m")
  void a_token_is_refused_with_one_kind_of_exception(byte[] input) {
    try {
      var verified =
          JwtVerifier.verify(new String(input, StandardCharsets.ISO_8859_1), AUDIENCE, trust, NOW);
      assertThat(verified).as("accepted").isNull();
    } catch (JwtRefused refused) {
      assertThat(refused.getMessage()).matches("[ -~]{1,400}");
    }
  }

  @FuzzTest(maxDuration = "10m")
  void whatever_the_issuer_says_is_accepted_only_as_another_reader_reads_it(byte[] input)
      throws Exception {
    var said = new String(input, StandardCharsets.UTF_8);
    var token =
        HostileJwts.signed(
            "{\"alg\":\"ES256\",\"kid\":\"%s\"}".formatted(TestAuthority.JWT_KEY), said, keys);
    try {
      var identity = JwtVerifier.verify(token, AUDIENCE, trust, NOW).identity();
      var other = JWTClaimsSet.parse(said);
      assertThat(other.getSubject()).isEqualTo(identity.toString());
      assertThat(SpiffeId.parse(other.getSubject()).trustDomain()).isEqualTo(TestAuthority.DOMAIN);
      assertThat(other.getAudience()).contains(AUDIENCE);
      assertThat(other.getExpirationTime().toInstant()).isAfter(NOW);
    } catch (JwtRefused refused) {
      assertThat(refused.getMessage()).matches("[ -~]{1,400}");
    }
  }
}
