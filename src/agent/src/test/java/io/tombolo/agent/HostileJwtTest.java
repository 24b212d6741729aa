package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.tombolo.api.identity.v1.Trust;
import io.tombolo.mesh.identity.HostileJwts;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Hundreds of tokens with one thing wrong each: none is accepted, and nothing breaks.
@Tag("identity")
@Timeout(120)
class HostileJwtTest {
  private static final int AT_LEAST = 200;
  private static final String AUDIENCE = "billing";
  private static final String OTHERS_KEY = "others-key";
  private static final TrustDomain OTHER = new TrustDomain("other.test");
  private final TestAuthority authority = TestAuthority.create("first");
  private final TestAuthority other = TestAuthority.create(OTHER, "other");

  HostileJwtTest() throws Exception {}

  private HostileJwts.Issuer issuer(Instant now) {
    return new HostileJwts.Issuer(
        authority.jwtKeys(),
        TestAuthority.JWT_KEY,
        other.jwtKeys(),
        OTHERS_KEY,
        TestControlPlane.WORKLOAD,
        AUDIENCE,
        now);
  }

  @Test
  void the_verifier_accepts_none() throws Exception {
    var now = Instant.parse("2026-11-24T04:00:00Z");
    var trust =
        new io.tombolo.mesh.identity.Trust(
            bundle(TestAuthority.DOMAIN, TestAuthority.JWT_KEY, authority.jwtKeys().getPublic()),
            List.of(bundle(OTHER, OTHERS_KEY, other.jwtKeys().getPublic())));
    var good = HostileJwts.good(issuer(now));
    assertThat(JwtVerifier.verify(good, AUDIENCE, trust, now).identity())
        .hasToString(TestControlPlane.WORKLOAD);

    var accepted = new ArrayList<String>();
    var tokens = HostileJwts.all(issuer(now));
    for (var token : tokens) {
      try {
        accepted.add(
            token.flaw() + " as " + JwtVerifier.verify(token.text(), AUDIENCE, trust, now));
      } catch (JwtRefused refused) {
        assertThat(refused.getMessage()).as(token.flaw()).matches("[ -~]{1,400}");
      }
    }
    assertThat(accepted).isEmpty();
    assertThat(tokens).hasSizeGreaterThan(AT_LEAST).doesNotHaveDuplicates();
    assertThat(tokens).extracting(HostileJwts.Token::text).doesNotContain(good);
  }

  private static TrustBundle bundle(TrustDomain trustDomain, String id, PublicKey key) {
    var keys = new TreeMap<String, PublicKey>();
    keys.put(id, key);
    return new TrustBundle(trustDomain, 1, List.of(), keys);
  }

  @Test
  void the_workload_api_accepts_none_and_goes_on(@TempDir Path dir) throws Exception {
    var host = TestHost.ready(dir, authority);
    try (var controlPlane = TestControlPlane.start(authority, Duration.ofHours(1));
        var _ = host.joined(controlPlane);
        var client = WorkloadClient.open(host.socket())) {
      controlPlane.awaitWatch();
      var bundles = client.jwtBundles();
      bundles.next();
      controlPlane.announce(
          Trust.newBuilder()
              .setOwn(authority.bundle())
              .addFederated(
                  other.bundle().toBuilder()
                      .clearJwtKeys()
                      .addJwtKeys(TestAuthority.jwtKey(OTHERS_KEY, other.jwtKeys().getPublic())))
              .build());
      bundles.next();
      var issuer = issuer(Instant.now());
      var tokens = HostileJwts.all(issuer);
      for (var token : tokens) {
        var refusal = client.validation(AUDIENCE, token.text()).refusal();
        assertThat(refusal.getCode()).as(token.flaw()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      }
      var good = client.validation(AUDIENCE, HostileJwts.good(issuer)).next();
      assertThat(good.getSpiffeId()).isEqualTo(TestControlPlane.WORKLOAD);
    }
  }
}
