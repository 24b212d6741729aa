package io.tombolo.server.ports;

import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.identity.X509Svid;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Accepts client certificates that are X.509-SVIDs of our trust domain, chained to its bundle as
/// it is now (X509-SVID, section 5); those of other trust domains are for workloads to accept, not
/// for the control plane. Also one that does not hold now, but did within the grace or will:
/// [Caller] lets it do no more than renew. Thread-safe.
public final class PeerTrust extends X509ExtendedTrustManager {
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

  private void check(X509Certificate[] chain) throws CertificateException {
    var leaf = chain[0];
    var identity = X509Svid.identity(leaf);
    if (!identity.trustDomain().equals(trustDomain)) {
      throw new CertificateException(
          "%s is not of trust domain %s".formatted(identity, trustDomain));
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
