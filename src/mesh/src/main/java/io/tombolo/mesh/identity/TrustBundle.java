package io.tombolo.mesh.identity;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorResult;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXCertPathValidatorResult;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What identities of a trust domain are verified with (SPIFFE Trust Domain and Bundle, section 3).
///
/// @param sequence grows with each change, and never goes back
/// @param roots for X.509-SVIDs, self-signed; may be empty: then none is accepted
/// @param jwtKeys for JWT-SVIDs, by their key id
public record TrustBundle(
    TrustDomain trustDomain,
    long sequence,
    List<X509Certificate> roots,
    SortedMap<String, PublicKey> jwtKeys) {
  public TrustBundle {
    roots = List.copyOf(roots);
    jwtKeys = Collections.unmodifiableSortedMap(new TreeMap<>(jwtKeys));
  }

  /// Without keys for JWT-SVIDs.
  public static TrustBundle of(
      TrustDomain trustDomain, long sequence, List<X509Certificate> roots) {
    return new TrustBundle(trustDomain, sequence, roots, Collections.emptySortedMap());
  }

  /// The root that a chain, leaf first, leads to. The chain must be valid at this time.
  ///
  /// @throws CertificateException if it leads to none; the message says why
  public X509Certificate verify(List<X509Certificate> chain, Instant at)
      throws CertificateException {
    if (roots.isEmpty()) {
      throw new CertificateException("the bundle of %s has no roots".formatted(trustDomain));
    }
    var below = chain.stream().filter(certificate -> !roots.contains(certificate)).toList();
    try {
      return shortest(below, parameters(at));
    } catch (CertPathValidatorException untrusted) {
      throw new CertificateException(
          "the certificate does not lead to a root of the bundle of %s (%s)"
              .formatted(trustDomain, untrusted.getReason()),
          untrusted);
    } catch (GeneralSecurityException broken) {
      throw new CertificateException("the certificate chain cannot be checked", broken);
    }
  }

  private PKIXParameters parameters(Instant at) throws GeneralSecurityException {
    var anchors = new HashSet<TrustAnchor>();
    roots.forEach(root -> anchors.add(new TrustAnchor(root, null)));
    var parameters = new PKIXParameters(anchors);
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(at));
    return parameters;
  }

  /// A chain may go on after it has reached a root: with that root as an older one has signed it,
  /// for peers that know only the older.
  private static X509Certificate shortest(List<X509Certificate> chain, PKIXParameters parameters)
      throws GeneralSecurityException {
    var path = CertificateFactory.getInstance("X.509");
    var validator = CertPathValidator.getInstance("PKIX");
    for (int length = 1; length < chain.size(); length++) {
      try {
        var part = path.generateCertPath(chain.subList(0, length));
        return root(validator.validate(part, parameters));
      } catch (CertPathValidatorException notYet) {
        // The whole chain tells why.
      }
    }
    return root(validator.validate(path.generateCertPath(chain), parameters));
  }

  private static X509Certificate root(CertPathValidatorResult result) {
    return ((PKIXCertPathValidatorResult) result).getTrustAnchor().getTrustedCert();
  }
}
