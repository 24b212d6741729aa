package io.tombolo.agent;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.X509Svid;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Accepts exactly one server: the control plane of the trust domain. Its SPIFFE ID is what counts;
/// its host name and address are not looked at. The bundle is asked for at every handshake.
final class ControlPlaneTrust extends X509ExtendedTrustManager {
  private final Supplier<TrustBundle> bundle;

  ControlPlaneTrust(Supplier<TrustBundle> bundle) {
    this.bundle = bundle;
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    var trusted = bundle.get();
    var _ = trusted.verify(List.of(chain), SpiffeCertificates.begun(List.of(chain), Instant.now()));
    var expected = SpiffeId.controlPlane(trusted.trustDomain());
    var actual = X509Svid.identity(chain[0]);
    if (!actual.equals(expected)) {
      throw new CertificateException(
          "the server is %s, not the control plane %s".formatted(actual, expected));
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw noClients();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw noClients();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw noClients();
  }

  private static CertificateException noClients() {
    return new CertificateException("the agent is no TLS server");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return bundle.get().roots().toArray(X509Certificate[]::new);
  }
}
