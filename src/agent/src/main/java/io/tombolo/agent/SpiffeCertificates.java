package io.tombolo.agent;

import com.google.protobuf.ByteString;
import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Reading and writing of X.509 certificates.
final class SpiffeCertificates {
  private static final int LINE = 64;

  private SpiffeCertificates() {}

  static List<X509Certificate> fromDer(List<ByteString> encoded) throws CertificateException {
    var factory = CertificateFactory.getInstance("X.509");
    var certificates = new ArrayList<X509Certificate>();
    for (ByteString one : encoded) {
      certificates.add((X509Certificate) factory.generateCertificate(one.newInput()));
    }
    return List.copyOf(certificates);
  }

  static List<X509Certificate> fromPem(InputStream pem) throws CertificateException {
    return CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
        .map(X509Certificate.class::cast)
        .toList();
  }

  static String toPem(Collection<X509Certificate> certificates) {
    return certificates.stream()
        .map(certificate -> pem("CERTIFICATE", encoded(certificate)))
        .collect(Collectors.joining());
  }

  /// The certificates in DER, one after the other with nothing between.
  static ByteString toDer(Collection<X509Certificate> certificates) {
    return certificates.stream()
        .map(certificate -> ByteString.copyFrom(encoded(certificate)))
        .reduce(ByteString.EMPTY, ByteString::concat);
  }

  static String pem(String label, byte[] der) {
    var lines = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, lines, label);
  }

  /// The root of a bundle that a chain leads to, if it does.
  static Optional<X509Certificate> root(List<X509Certificate> chain, TrustBundle bundle) {
    try {
      return Optional.of(bundle.verify(chain, Instant.now()));
    } catch (CertificateException untrusted) {
      return Optional.empty();
    }
  }

  /// Now, or the first moment at which all of a chain has begun: what the control plane shows has
  /// begun, so if it has not here, the clock of this host is behind.
  static Instant begun(List<X509Certificate> chain, Instant now) {
    return chain.stream()
        .map(certificate -> certificate.getNotBefore().toInstant())
        .reduce(now, (one, other) -> one.isAfter(other) ? one : other);
  }

  /// SHA-256 of the DER.
  static ByteString fingerprint(X509Certificate certificate) {
    try {
      return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(encoded(certificate)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  /// One line for the log.
  static String summary(Trust trust) {
    return "%d roots of %s (sequence %d), %d other trust domains"
        .formatted(
            trust.own().roots().size(),
            trust.own().trustDomain(),
            trust.own().sequence(),
            trust.federated().size());
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateException impossible) {
      throw new IllegalStateException("a certificate that was read can be written", impossible);
    }
  }
}
