package io.tombolo.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/// A certificate that issues SVIDs, with its key and the way from it to its root.
///
/// @param chain the certificate itself, then those between it and the root; not the root
/// @param root self-signed
public record Intermediate(List<X509Certificate> chain, PrivateKey key, X509Certificate root) {
  public Intermediate {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("an intermediate has a certificate");
    }
  }

  X509Certificate certificate() {
    return chain.getFirst();
  }

  /// When the first certificate of the way to the root ends, or the root.
  Instant end() {
    var end = root.getNotAfter().toInstant();
    for (var one : chain) {
      var own = one.getNotAfter().toInstant();
      end = own.isBefore(end) ? own : end;
    }
    return end;
  }

  @Override
  public String toString() {
    return certificate().getSubjectX500Principal() + " [key not shown]";
  }
}
