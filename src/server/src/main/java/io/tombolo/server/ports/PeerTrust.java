package io.tombolo.server.ports;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Accepts client certificates that are X.509-SVIDs of our trust domain: chained to the bundle as
/// it is now, with exactly one URI, a SPIFFE ID (X509-SVID, section 5). Also one that does not hold
/// now, but did within the grace or will: [Caller] lets it do no more than renew. Thread-safe.
public final class PeerTrust extends X509ExtendedTrustManager {
  private static final int URI = 6;
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

  private final TrustDomain trustDomain;
  private final Supplier<TrustBundle> bundle;
  private final Duration grace;
  private final Clock clock;

  /// @param grace for how long after its end an SVID may be renewed
  public PeerTrust(
      TrustDomain trustDomain, Supplier<TrustBundle> bundle, Duration grace, Clock clock) {
    this.trustDomain = trustDomain;
    this.bundle = bundle;
    this.grace = grace;
    this.clock = clock;
  }

  /// The moment nearest to this one at which a certificate holds.
  static Instant nearest(X509Certificate certificate, Instant to) {
    var begins = certificate.getNotBefore().toInstant();
    var ends = certificate.getNotAfter().toInstant();
    return to.isBefore(begins) ? begins : to.isAfter(ends) ? ends : to;
  }

  /// The SPIFFE ID of a leaf certificate, if it has exactly one URI and that is one.
  public static Optional<SpiffeId> identity(X509Certificate leaf) {
    try {
      var names = leaf.getSubjectAlternativeNames();
      if (names == null) {
        return Optional.empty();
      }
      var uris = new ArrayList<String>();
      for (var name : names) {
        if (Integer.valueOf(URI).equals(name.get(0))) {
          uris.add((String) name.get(1));
        }
      }
      return uris.size() == 1 ? Optional.of(SpiffeId.parse(uris.getFirst())) : Optional.empty();
    } catch (CertificateParsingException | IllegalArgumentException notOne) {
      return Optional.empty();
    }
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    var leaf = chain[0];
    var identity = identity(leaf);
    if (identity.isEmpty() || !identity.get().trustDomain().equals(trustDomain)) {
      throw new CertificateException("not an X.509-SVID of trust domain " + trustDomain);
    }
    if (leaf.getBasicConstraints() >= 0) {
      throw new CertificateException("a CA certificate is not an X.509-SVID of a workload");
    }
    var usages = leaf.getExtendedKeyUsage();
    if (usages == null || !usages.contains(CLIENT_AUTH)) {
      throw new CertificateException("the certificate is not for client authentication");
    }
    var now = clock.instant();
    var at = nearest(leaf, now);
    if (Duration.between(at, now).abs().compareTo(grace) > 0) {
      throw new CertificateException(
          "the certificate holds from %s to %s, and now it is %s: too far off to be renewed"
              .formatted(leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant(), now));
    }
    var _ = bundle.get().verify(List.of(chain), at);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("this side is a server");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("this side is a server");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("this side is a server");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
