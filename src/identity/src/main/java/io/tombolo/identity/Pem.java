package io.tombolo.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Certificates as text (RFC 7468).
public final class Pem {
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private Pem() {}

  public static String of(List<X509Certificate> certificates) {
    var text = new StringBuilder();
    for (var certificate : certificates) {
      try {
        text.append("-----BEGIN CERTIFICATE-----\n")
            .append(LINES.encodeToString(certificate.getEncoded()))
            .append("\n-----END CERTIFICATE-----\n");
      } catch (CertificateEncodingException e) {
        throw new IllegalArgumentException("the certificate has no encoding", e);
      }
    }
    return text.toString();
  }

  /// @throws IllegalArgumentException if the text is not one or more certificates
  public static List<X509Certificate> parse(String text) {
    var bytes = new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
    var certificates = new ArrayList<X509Certificate>();
    try {
      var all = CertificateFactory.getInstance("X.509").generateCertificates(bytes);
      all.forEach(one -> certificates.add((X509Certificate) one));
    } catch (CertificateException notPem) {
      throw new IllegalArgumentException("this is not a list of certificates in PEM", notPem);
    }
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("there is no certificate in PEM here");
    }
    return List.copyOf(certificates);
  }

  /// Certificates as a store that a TLS client trusts.
  ///
  /// @throws GeneralSecurityException if this Java has no such store
  public static KeyStore store(List<X509Certificate> certificates)
      throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (var one : certificates) {
      store.setCertificateEntry("ca-" + store.size(), one);
    }
    return store;
  }

  /// Writes the roots for agents to pin. Everyone may read the file; a reader sees the old bundle
  /// or the new one.
  public static void write(Path file, List<X509Certificate> bundle) throws IOException {
    PrivateFiles.replace(file, of(bundle).getBytes(StandardCharsets.US_ASCII), "rw-r--r--");
  }
}
