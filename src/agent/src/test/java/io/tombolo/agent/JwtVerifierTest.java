package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import io.tombolo.mesh.identity.HostileJwts;
import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the JWT-SVID specification demands of a validator.
@Tag("identity")
class JwtVerifierTest {
  private static final TrustDomain DOMAIN = TestAuthority.DOMAIN;
  private static final String SUBJECT = TestControlPlane.WORKLOAD;
  private static final Instant NOW = Instant.parse("2026-11-24T04:00:00Z");
  private static final KeyPair KEYS = HostileJwts.newKeys();
  private static final String HEADER = "{\"alg\":\"ES256\",\"kid\":\"k1\"}";

  private static Trust trust(PublicKey... keys) {
    var known = new TreeMap<String, PublicKey>();
    for (var key : keys) {
      known.put("k" + (known.size() + 1), key);
    }
    return Trust.of(new TrustBundle(DOMAIN, 1, List.of(), known));
  }

  private static JwtVerifier.Verified verify(String token) throws JwtRefused {
    return verify(token, NOW);
  }

  private static JwtVerifier.Verified verify(String token, Instant at) throws JwtRefused {
    return JwtVerifier.verify(token, "billing", trust(KEYS.getPublic()), at);
  }

  private static String claims(String more) {
    return "{\"sub\":\"%s\",\"aud\":\"billing\",\"exp\":%d%s}"
        .formatted(SUBJECT, NOW.getEpochSecond() + 300, more);
  }

  private static String token(String header, String claims) {
    return HostileJwts.signed(header, claims, KEYS);
  }

  private static void assertRefused(String token, Instant at, String why) {
    assertThatThrownBy(() -> verify(token, at))
        .isInstanceOf(JwtRefused.class)
        .hasMessageStartingWith(why);
  }

  private static KeyPair keys(String algorithm) throws Exception {
    if (algorithm.startsWith("ES")) {
      var generator = KeyPairGenerator.getInstance("EC");
      var curve =
          switch (algorithm) {
            case "ES256" -> "secp256r1";
            case "ES384" -> "secp384r1";
            default -> "secp521r1";
          };
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    }
    return rsa(2048);
  }

  private static KeyPair rsa(int bits) throws Exception {
    var generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    return generator.generateKeyPair();
  }

  private static String signed(String algorithm, JWSSigner signer) throws Exception {
    var token =
        new JWSObject(new JWSHeader(JWSAlgorithm.parse(algorithm)), new Payload(claims("")));
    token.sign(signer);
    return token.serialize();
  }

  private static JWSSigner signer(KeyPair keys) throws Exception {
    return keys.getPrivate() instanceof ECPrivateKey ec
        ? new ECDSASigner(ec)
        : new RSASSASigner(keys.getPrivate(), Set.of(AllowWeakRSAKey.getInstance()));
  }

  /// Section 2.1; 2.2 and 2.3: `kid` and `typ` are optional.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512",
      })
  void each_algorithm_of_the_table_is_accepted(String algorithm) throws Exception {
    var keys = keys(algorithm);
    var token = signed(algorithm, signer(keys));

    var both = trust(KEYS.getPublic(), keys.getPublic());
    assertThat(JwtVerifier.verify(token, "billing", both, NOW).identity()).hasToString(SUBJECT);
    assertRefused(token, NOW, "signature");
  }

  /// Section 2.1.
  @ParameterizedTest
  @ValueSource(strings = {"none", "HS256", "HS384", "HS512", "ES256K", "EdDSA", "es256", ""})
  void another_algorithm_must_be_rejected(String algorithm) {
    var header = "{\"alg\":\"%s\",\"kid\":\"k1\"}".formatted(algorithm);
    assertRefused(token(header, claims("")), NOW, "alg: ");
  }

  @Test
  void an_rsa_key_of_less_than_2048_bits_verifies_nothing() throws Exception {
    var weak = rsa(1024);
    var token = signed("RS256", signer(weak));
    assertThatThrownBy(() -> JwtVerifier.verify(token, "billing", trust(weak.getPublic()), NOW))
        .hasMessageStartingWith("signature");
  }

  /// Section 2.
  @ParameterizedTest
  @ValueSource(strings = {"jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "cty", "crit", "b64", "x"})
  void a_header_that_is_not_described_must_not_be_included(String name) {
    var header = "{\"alg\":\"ES256\",\"kid\":\"k1\",\"%s\":\"a\"}".formatted(name);
    assertRefused(token(header, claims("")), NOW, "header: \"" + name);
  }

  /// Section 2.2.
  @Test
  void kid_is_optional_and_if_it_is_there_it_tells_the_key() throws Exception {
    assertThat(verify(token("{\"alg\":\"ES256\"}", claims(""))).identity()).hasToString(SUBJECT);
    assertThat(verify(token(HEADER, claims(""))).identity()).hasToString(SUBJECT);
    assertRefused(token("{\"alg\":\"ES256\",\"kid\":\"k2\"}", claims("")), NOW, "kid: ");
  }

  /// Section 2.3.
  @Test
  void typ_must_be_jwt_or_jose_if_it_is_set() throws Exception {
    for (var type : List.of("JWT", "JOSE")) {
      var header = "{\"alg\":\"ES256\",\"typ\":\"%s\"}".formatted(type);
      assertThat(verify(token(header, claims(""))).identity()).hasToString(SUBJECT);
    }
    assertRefused(token("{\"alg\":\"ES256\",\"typ\":\"jwt\"}", claims("")), NOW, "typ: ");
  }

  /// Section 3.1.
  @Test
  void sub_must_be_the_spiffe_id_of_a_workload() throws Exception {
    assertThat(verify(token(HEADER, claims(""))).identity()).hasToString(SUBJECT);
    for (var wrong : List.of("cart", "spiffe://mesh.test", "spiffe://mesh.test/a/")) {
      assertRefused(token(HEADER, claims("").replace(SUBJECT, wrong)), NOW, "sub: ");
    }
    assertRefused(
        token(HEADER, claims("").replace("\"sub\"", "\"by\"")), NOW, "sub: it is missing");
  }

  /// Section 3.2.
  @Test
  void without_the_own_audience_a_token_must_be_rejected() throws Exception {
    var several = claims("").replace("\"billing\"", "[\"reports\",\"billing\"]");
    assertThat(verify(token(HEADER, several)).identity()).hasToString(SUBJECT);
    for (var wrong : List.of("\"reports\"", "[]", "[\"reports\"]", "\"billing2\"", "null")) {
      assertRefused(token(HEADER, claims("").replace("\"billing\"", wrong)), NOW, "aud: ");
    }
    assertRefused(
        token(HEADER, claims("").replace("\"aud\"", "\"to\"")), NOW, "aud: it is missing");
  }

  /// Section 3.3; RFC 7519, section 4.1.4: on or after `exp`.
  @Test
  void without_exp_or_when_it_has_passed_a_token_must_be_rejected_without_leeway()
      throws Exception {
    var token = token(HEADER, claims(""));
    var end = NOW.plusSeconds(300);
    assertThat(verify(token, end.minusMillis(1)).identity()).hasToString(SUBJECT);
    assertRefused(token, end, "exp: it has expired");
    assertRefused(token(HEADER, claims("").replace("\"exp\"", "\"e\"")), NOW, "exp: it is missing");
  }

  /// RFC 7519, section 4.1.5: a small leeway.
  @Test
  void before_nbf_a_token_is_rejected_but_for_30_seconds() throws Exception {
    var token = token(HEADER, claims(",\"nbf\":%d".formatted(NOW.getEpochSecond() + 60)));
    assertThat(verify(token, NOW.plusSeconds(30)).identity()).hasToString(SUBJECT);
    assertRefused(token, NOW.plusSeconds(29), "nbf: ");
  }

  /// Section 3: other claims may be there.
  @Test
  void other_claims_are_passed_on() throws Exception {
    var more = ",\"iss\":\"x\",\"iat\":1.5,\"a\":{\"b\":[true,null,\"\\u00e4\\uD83D\\uDE00\"]}";
    var claims = verify(token(HEADER, claims(more))).claims();
    assertThat(claims.getFieldsMap()).containsKeys("iss", "iat", "a");
    var list = claims.getFieldsOrThrow("a").getStructValue().getFieldsOrThrow("b").getListValue();
    assertThat(list.getValues(2).getStringValue()).isEqualTo("ä😀");
  }

  /// Section 4.
  @Test
  void a_token_of_another_key_must_be_rejected() {
    assertRefused(HostileJwts.signed(HEADER, claims(""), HostileJwts.newKeys()), NOW, "signature");
  }

  /// Section 5.1.
  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a.b", "a.b.c.d", "a.b.c.d.e", "{}"})
  void another_serialization_than_compact_is_rejected(String token) {
    assertRefused(token, NOW, "it has ");
  }
}
