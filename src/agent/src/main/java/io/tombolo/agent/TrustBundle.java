package io.tombolo.agent;

import io.tombolo.api.identity.v1.Bundle;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Collectors;

/// The roots by which identities of a trust domain are verified.
///
/// @param roots not empty
public record TrustBundle(TrustDomain trustDomain, List<X509Certificate> roots) {
  public TrustBundle {
    roots = List.copyOf(roots);
    if (roots.isEmpty()) {
      throw new IllegalArgumentException("a trust bundle has at least one root certificate");
    }
  }

  /// Reads the pinned roots.
  ///
  /// @throws IllegalArgumentException if the file is missing or has none; the message says what to
  ///   do
  public static TrustBundle read(TrustDomain trustDomain, Path file) {
    try (var pem = Files.newInputStream(file)) {
      return new TrustBundle(trustDomain, SpiffeCertificates.fromPem(pem));
    } catch (IOException | CertificateException | IllegalArgumentException unusable) {
      throw new IllegalArgumentException(
          "the trust bundle %s cannot be used (%s): without pinned roots the agent would trust any"
                  .formatted(
                      file, unusable instanceof IOException ? "not readable" : "no certificates")
              + " server, so it does not start; copy bundle.pem from the control plane to that"
              + " file",
          unusable);
    }
  }

  /// The bundle as the control plane sent it.
  ///
  /// @throws CertificateException if it is of another trust domain, or has no root
  static TrustBundle of(TrustDomain expected, Bundle sent) throws CertificateException {
    if (!sent.getTrustDomain().equals(expected.name())) {
      throw new CertificateException(
          "the control plane sent the bundle of trust domain \"%s\", not of %s"
              .formatted(Names.printable(sent.getTrustDomain()), expected));
    }
    if (sent.getRootsCount() == 0) {
      throw new CertificateException("the control plane sent a bundle without roots");
    }
    return new TrustBundle(expected, SpiffeCertificates.fromDer(sent.getRootsList()));
  }

  /// Checks that a chain, leaf first, leads to one of the roots and is valid now.
  ///
  /// @throws CertificateException if not; the message says why
  void verify(List<X509Certificate> chain) throws CertificateException {
    try {
      var below = chain.stream().filter(certificate -> !roots.contains(certificate)).toList();
      var parameters =
          new PKIXParameters(
              roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet()));
      parameters.setRevocationEnabled(false);
      var path = CertificateFactory.getInstance("X.509").generateCertPath(below);
      CertPathValidator.getInstance("PKIX").validate(path, parameters);
    } catch (CertPathValidatorException untrusted) {
      throw new CertificateException(
          "the certificate does not lead to a root of the bundle of %s (%s)"
              .formatted(trustDomain, Names.printable(String.valueOf(untrusted.getMessage()))));
    } catch (GeneralSecurityException broken) {
      throw new CertificateException("the certificate chain cannot be checked", broken);
    }
  }

  String pem() {
    return SpiffeCertificates.toPem(roots);
  }
}
