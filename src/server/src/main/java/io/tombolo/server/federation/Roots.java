package io.tombolo.server.federation;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.identity.X509Svid;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Roots in a bundle: what they must be to be one of a trust domain (X509-SVID, sections 3, 4 and
/// 6).
final class Roots {
  private static final int CERT_SIGN = 5;
  private static final String SCHEME = "spiffe://";

  private Roots() {}

  /// The certificate of a JWK: the first of its `x5c`. Empty if there is none: then the JWK is to
  /// be ignored (section 6.2).
  ///
  /// @param field the JWK, for errors
  static Optional<X509Certificate> root(String field, JWK key, TrustDomain trustDomain)
      throws BundleUnusable {
    var chain = key.getX509CertChain();
    if (chain == null || chain.isEmpty()) {
      return Optional.empty();
    }
    var root = certificate(field, chain.getFirst());
    var usage = root.getKeyUsage();
    if (root.getBasicConstraints() < 0 || (usage != null && !usage[CERT_SIGN])) {
      throw new BundleUnusable(field + ".x5c: is not the certificate of an authority");
    }
    requireOf(trustDomain, root, field);
    return Optional.of(root);
  }

  private static X509Certificate certificate(String field, Base64 encoded) throws BundleUnusable {
    try {
      var der = java.util.Base64.getDecoder().decode(encoded.toString());
      var root =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der));
      if (!Arrays.equals(root.getEncoded(), der)) {
        throw new BundleUnusable(field + ".x5c: is more than one certificate in DER");
      }
      return root;
    } catch (CertificateException | IllegalArgumentException wrong) {
      throw new BundleUnusable(field + ".x5c: is not a certificate in DER and base64", wrong);
    }
  }

  /// A root that names a trust domain names this one.
  private static void requireOf(TrustDomain trustDomain, X509Certificate root, String field)
      throws BundleUnusable {
    for (var uri : uris(field, root)) {
      if (uri.startsWith(SCHEME)
          && !uri.equals(SCHEME + trustDomain)
          && !uri.startsWith(SCHEME + trustDomain + "/")) {
        throw new BundleUnusable(
            "%s.x5c: is a root of %s, not of trust domain %s"
                .formatted(field, Names.printable(uri), trustDomain));
      }
    }
  }

  private static List<String> uris(String field, X509Certificate root) throws BundleUnusable {
    try {
      return X509Svid.uris(root);
    } catch (CertificateException wrong) {
      throw new BundleUnusable(field + ".x5c: has names that cannot be read", wrong);
    }
  }
}
