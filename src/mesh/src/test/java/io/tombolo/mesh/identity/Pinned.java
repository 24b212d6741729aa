package io.tombolo.mesh.identity;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Accepts servers whose certificate leads to a bundle, whatever they are called.
public final class Pinned extends X509ExtendedTrustManager {
  private final TrustBundle bundle;

  public Pinned(TrustBundle bundle) {
    this.bundle = bundle;
  }

  /// Of a trust domain whose name does not matter.
  ///
  /// @param roots a PEM file, as agents pin them
  public Pinned(Path roots) throws IOException, CertificateException {
    this(TrustBundle.of(new TrustDomain("any"), 0, read(roots)));
  }

  private static List<X509Certificate> read(Path roots) throws IOException, CertificateException {
    try (var pem = Files.newInputStream(roots)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
          .map(X509Certificate.class::cast)
          .toList();
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    var _ = bundle.verify(List.of(chain), Instant.now());
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, kind);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, kind);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    throw new CertificateException("this is a client");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, kind);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, kind);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
