package io.tombolo.mesh.identity;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

/// What a certificate must be for somebody to show it as himself (X509-SVID, section 5.2). Whether
/// it was signed by the right authority is for [TrustBundle#verify].
public final class X509Svid {
  private static final int URI = 6;
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int CERT_SIGN = 5;
  private static final int CRL_SIGN = 6;

  private X509Svid() {}

  /// Who shows this certificate.
  ///
  /// @throws CertificateException if it is not the X.509-SVID of a workload; the message says why
  public static SpiffeId identity(X509Certificate leaf) throws CertificateException {
    requireLeaf(leaf);
    var uris = uris(leaf);
    require(
        uris.size() == 1,
        "the certificate has %d URI names; an X.509-SVID has exactly one".formatted(uris.size()));
    try {
      var identity = SpiffeId.parse(uris.getFirst());
      require(
          !identity.path().isEmpty(),
          "the certificate names the trust domain %s, not a workload"
              .formatted(identity.trustDomain()));
      return identity;
    } catch (IllegalArgumentException invalid) {
      throw new CertificateException(
          "the certificate has no SPIFFE ID: " + invalid.getMessage(), invalid);
    }
  }

  private static void requireLeaf(X509Certificate leaf) throws CertificateException {
    require(
        leaf.getBasicConstraints() < 0,
        "the certificate of a CA is not an X.509-SVID of a workload");
    boolean[] usage = leaf.getKeyUsage();
    require(
        usage != null && usage[DIGITAL_SIGNATURE],
        "the certificate is not for signatures (keyUsage digitalSignature)");
    require(
        !usage[CERT_SIGN] && !usage[CRL_SIGN],
        "the certificate is for signing others (keyUsage keyCertSign or cRLSign)");
  }

  /// The URI names of any certificate.
  ///
  /// @throws CertificateException if its names cannot be read
  public static List<String> uris(X509Certificate certificate) throws CertificateException {
    var names = certificate.getSubjectAlternativeNames();
    return names == null
        ? List.of()
        : names.stream()
            .filter(name -> Integer.valueOf(URI).equals(name.getFirst()))
            .map(name -> (String) name.get(1))
            .toList();
  }

  private static void require(boolean so, String otherwise) throws CertificateException {
    if (!so) {
      throw new CertificateException(otherwise);
    }
  }
}
