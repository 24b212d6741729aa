package io.tombolo.server.federation;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.X509Svid;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Accepts a bundle endpoint that shows an X.509-SVID for one SPIFFE ID (SPIFFE Federation, section
/// 5.2.2.4). Its host name does not matter. Thread-safe.
final class EndpointTrust extends X509ExtendedTrustManager {
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

  private final SpiffeId endpoint;
  private final Supplier<Optional<TrustBundle>> bundle;
  private final InstantSource clock;

  /// @param bundle the newest of the endpoint's trust domain
  EndpointTrust(SpiffeId endpoint, Supplier<Optional<TrustBundle>> bundle, InstantSource clock) {
    this.clock = clock;
    this.endpoint = endpoint;
    this.bundle = bundle;
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    var leaf = chain[0];
    var identity = X509Svid.identity(leaf);
    if (!identity.equals(endpoint)) {
      throw new CertificateException("the endpoint is %s, not %s".formatted(identity, endpoint));
    }
    var purposes = leaf.getExtendedKeyUsage();
    if (purposes != null && !purposes.contains(SERVER_AUTH)) {
      throw new CertificateException("the endpoint's certificate is not for servers");
    }
    var known =
        bundle
            .get()
            .orElseThrow(() ->
                new CertificateException(
                    "no bundle of the endpoint's trust domain %s is known yet"
                        .formatted(endpoint.trustDomain())));
    var _ = known.verify(List.of(chain), clock.instant());
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    throw new CertificateException("this side is a client");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    throw new CertificateException("this side is a client");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("this side is a client");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
