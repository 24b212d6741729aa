package io.tombolo.server.ca;

import io.tombolo.identity.Pem;
import io.tombolo.identity.Signatory;
import io.tombolo.kubernetes.CertManager;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;

/// An issuer of cert-manager.
public record ByCertManager(CertManager issuer) implements Signatory {
  @Override
  public List<X509Certificate> sign(Request request) throws IOException {
    var pem = issuer.sign(request.commonName(), request.pem(), request.life());
    try {
      return Pem.parse(pem);
    } catch (IllegalArgumentException notPem) {
      throw new IOException(
          "status.certificate and status.ca of the CertificateRequest are not PEM", notPem);
    }
  }

  @Override
  public String toString() {
    return issuer.toString();
  }
}
