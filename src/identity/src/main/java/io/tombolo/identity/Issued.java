package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/// An X.509-SVID that was issued.
///
/// @param chain the certificate of the workload, then the intermediates above it
/// @param issuer the certificate that signed it: the second of the chain, or a root
public record Issued(SpiffeId identity, List<X509Certificate> chain, X509Certificate issuer) {
  public Issued {
    chain = List.copyOf(chain);
  }

  public X509Certificate leaf() {
    return chain.getFirst();
  }

  public BigInteger serial() {
    return leaf().getSerialNumber();
  }

  public Instant notBefore() {
    return leaf().getNotBefore().toInstant();
  }

  public Instant notAfter() {
    return leaf().getNotAfter().toInstant();
  }

  /// One line for the log.
  @Override
  public String toString() {
    return "%s serial %s until %s".formatted(identity, serial().toString(16), notAfter());
  }
}
