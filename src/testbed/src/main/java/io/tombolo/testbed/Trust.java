package io.tombolo.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/// Trust in the certificates of one file.
final class Trust {
  private Trust() {}

  /// @param certificates a file with certificates in PEM
  static SSLSocketFactory of(Path certificates) throws IOException {
    try (var input = Files.newInputStream(certificates)) {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(input)) {
        store.setCertificateEntry("c" + store.size(), certificate);
      }
      var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusted.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trusted.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IOException(certificates + " has no usable certificates", e);
    }
  }
}
