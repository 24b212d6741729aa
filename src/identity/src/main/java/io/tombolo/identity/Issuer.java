package io.tombolo.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;

/// A certificate that signs others, with its key.
record Issuer(X509Certificate certificate, PrivateKey key) {
  Instant start() {
    return certificate.getNotBefore().toInstant();
  }

  Instant end() {
    return certificate.getNotAfter().toInstant();
  }

  @Override
  public String toString() {
    return certificate.getSubjectX500Principal() + " [key not shown]";
  }
}
