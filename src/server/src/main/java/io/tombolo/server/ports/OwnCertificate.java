package io.tombolo.server.ports;

import io.tombolo.identity.Authority;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/// The control plane's own SVID, issued by itself and renewed when half of it has passed, and when
/// another root signs or the clock went back to before it began. Thread-safe.
public final class OwnCertificate {
  private final Authority authority;
  private final TrustDomain trustDomain;
  private final Clock clock;
  private volatile OwnKey.Pair pair;
  private volatile Instant renewAt;

  public OwnCertificate(Authority authority, TrustDomain trustDomain, Clock clock) {
    this.authority = authority;
    this.trustDomain = trustDomain;
    this.clock = clock;
    this.pair = issue();
    this.renewAt = halfway(pair);
    authority.observe(_ -> renew());
  }

  OwnKey.Pair newest() {
    var now = clock.instant();
    var began = pair.chain().getFirst().getNotBefore().toInstant();
    if (now.isAfter(renewAt) || now.isBefore(began)) {
      renew();
    }
    return pair;
  }

  private synchronized void renew() {
    var next = issue();
    pair = next;
    renewAt = halfway(next);
  }

  private OwnKey.Pair issue() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      var keys = generator.generateKeyPair();
      var issued =
          authority.issue(keys.getPublic(), SpiffeId.controlPlane(trustDomain), clock.instant());
      return new OwnKey.Pair(keys.getPrivate(), issued.chain());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this JDK cannot make P-256 keys", impossible);
    }
  }

  /// Half of what is left to it: certificates are dated back.
  private Instant halfway(OwnKey.Pair issued) {
    var now = clock.instant();
    var end = issued.chain().getFirst().getNotAfter().toInstant();
    return now.plus(Duration.between(now, end).dividedBy(2));
  }
}
