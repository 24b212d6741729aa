package io.tombolo.agent;

import io.tombolo.mesh.identity.SpiffeId;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/// An X.509-SVID with its private key.
///
/// @param chain the leaf, then its intermediates
/// @param received when the agent got it; the lifetime counts from here, as certificates are
///   backdated
record Svid(SpiffeId identity, List<X509Certificate> chain, PrivateKey key, Instant received) {
  private static final double EARLIEST = 0.50;
  private static final double LATEST = 0.66;

  Svid {
    chain = List.copyOf(chain);
  }

  X509Certificate leaf() {
    return chain.getFirst();
  }

  Instant expires() {
    return leaf().getNotAfter().toInstant();
  }

  boolean expired(Instant now) {
    return !now.isBefore(expires());
  }

  /// When to ask for the next one: between 50 and 66 % of the lifetime, so that hosts that joined
  /// together do not renew together.
  Instant renewal(RandomGenerator random) {
    var lifetime = Duration.between(received, expires());
    return received.plusMillis(
        Math.round(lifetime.toMillis() * random.nextDouble(EARLIEST, LATEST)));
  }

  String chainPem() {
    return SpiffeCertificates.toPem(chain);
  }

  String keyPem() {
    return SpiffeCertificates.pem("PRIVATE KEY", keyDer());
  }

  /// The private key in DER: PKCS#8, not encrypted.
  byte[] keyDer() {
    return key.getEncoded();
  }

  /// Without the key, whatever prints it.
  @Override
  public String toString() {
    return "SVID of %s until %s".formatted(identity, expires());
  }
}
