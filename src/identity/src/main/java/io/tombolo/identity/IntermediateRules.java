package io.tombolo.identity;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;

/// What an intermediate and the way to its root must be, so that peers accept what is issued with
/// it (RFC 5280, section 4.2.1; X509-SVID, sections 4 and 5).
///
/// @param roots those that are accepted; empty for any
record IntermediateRules(TrustDomain trustDomain, List<X509Certificate> roots) {
  private static final int LONGEST = 8;
  private static final int LONGEST_NAME = 200;
  private static final int CERT_SIGN = 5;
  private static final Set<String> WEAK = Set.of("MD2", "MD5", "SHA1");

  IntermediateRules {
    roots = List.copyOf(roots);
  }

  /// Puts an intermediate together from certificates in any order.
  ///
  /// @param given the certificate of the key, those above it, and the root unless it is one of the
  ///   accepted ones
  /// @throws IllegalArgumentException if it is not fit to issue with; the message names the
  ///   certificate, the field and the way out
  Intermediate accept(List<X509Certificate> given, PrivateKey key, Instant now) {
    var path = path(own(given, key), given);
    var root = path.getLast();
    if (!roots.isEmpty() && !roots.contains(root)) {
      throw refused(root, "is the root, and not one that tombolo.ca.intermediate.roots lists");
    }
    for (int below = 0; below < path.size(); below++) {
      check(path.get(below), below, now);
    }
    for (var one : path.subList(0, path.size() - 1)) {
      requireStrong(one);
    }
    var intermediate = new Intermediate(path.subList(0, path.size() - 1), key, root);
    validate(intermediate, now);
    return intermediate;
  }

  /// The certificate of this key.
  private static X509Certificate own(List<X509Certificate> given, PrivateKey key) {
    var own =
        given.stream()
            .filter(one -> PrivateKeys.match(key, one.getPublicKey()))
            .max(Comparator.comparing(X509Certificate::getNotAfter))
            .orElseThrow(() ->
                new IllegalArgumentException(
                    ("certificate: none of the %d has the key of the intermediate; use the"
                            + " certificate that was made for it")
                        .formatted(given.size())));
    if (selfSigned(own)) {
      throw refused(
          own, "is a root itself, not an intermediate; give it by: tombolo ca import-root");
    }
    KeyRules.problem(Certificates.info(own.getPublicKey()))
        .ifPresent(problem -> {
          throw refused(own, "cannot be used: " + problem);
        });
    return own;
  }

  /// From a certificate up to its root, both included.
  private List<X509Certificate> path(X509Certificate own, List<X509Certificate> given) {
    var path = new ArrayList<>(List.of(own));
    while (!selfSigned(path.getLast())) {
      var last = path.getLast();
      var above = above(last, given);
      if (above.isEmpty() || path.contains(above.get())) {
        throw refused(
            last,
            "was issued by \"%s\", whose certificate is missing; add it, and all above it up to the self-signed root"
                .formatted(Names.printable(last.getIssuerX500Principal().getName(), LONGEST_NAME)));
      }
      path.add(above.get());
      if (path.size() > LONGEST) {
        throw refused(own, "has a chain of more than %d certificates".formatted(LONGEST));
      }
    }
    return path;
  }

  private Optional<X509Certificate> above(X509Certificate one, List<X509Certificate> given) {
    var all = new ArrayList<>(roots);
    all.addAll(given);
    var signers =
        all.stream()
            .filter(other -> other.getSubjectX500Principal().equals(one.getIssuerX500Principal()))
            .filter(other -> signed(one, other))
            .toList();
    var ends = signers.stream().filter(IntermediateRules::selfSigned).findFirst();
    return ends.or(() -> signers.stream().findFirst());
  }

  /// @param below how many certificates of authorities are below it
  private void check(X509Certificate one, int below, Instant now) {
    if (now.isBefore(one.getNotBefore().toInstant())) {
      throw refused(
          one,
          "holds from %s only (notBefore), and it is %s; check the clocks"
              .formatted(one.getNotBefore().toInstant(), now));
    }
    if (!now.isBefore(one.getNotAfter().toInstant())) {
      throw refused(one, "ended at %s; renew it".formatted(one.getNotAfter().toInstant()));
    }
    if (one.getBasicConstraints() < 0) {
      throw refused(one, "is not of an authority; issue it with basicConstraints CA:TRUE");
    }
    if (one.getBasicConstraints() < below) {
      throw refused(
          one,
          "allows %d authorities below it, and there are %d; issue it with a larger pathlen"
              .formatted(one.getBasicConstraints(), below));
    }
    boolean[] usage = one.getKeyUsage();
    if (usage == null || !usage[CERT_SIGN]) {
      throw refused(one, "may not sign certificates; issue it with keyUsage keyCertSign");
    }
    if (one.getExtensionValue(Extension.subjectKeyIdentifier.getId()) == null) {
      throw refused(one, "has no subjectKeyIdentifier; issue it with one");
    }
    checkPurposes(one);
    checkIdentities(one);
  }

  private static void checkPurposes(X509Certificate one) {
    var purposes = read(one, X509Certificate::getExtendedKeyUsage);
    boolean both =
        purposes == null
            || purposes.contains(KeyPurposeId.anyExtendedKeyUsage.getId())
            || (purposes.contains(KeyPurposeId.id_kp_serverAuth.getId())
                && purposes.contains(KeyPurposeId.id_kp_clientAuth.getId()));
    if (!both) {
      throw refused(
          one, "limits extendedKeyUsage; issue it without, or with both serverAuth and clientAuth");
    }
  }

  /// X509-SVID, section 4.1: an authority may have the SPIFFE ID of its trust domain, without a
  /// path.
  private void checkIdentities(X509Certificate one) {
    var names = read(one, X509Certificate::getSubjectAlternativeNames);
    if (names == null) {
      return;
    }
    var own = new SpiffeId(trustDomain, "").toString();
    for (var name : names) {
      boolean spiffe =
          Integer.valueOf(6).equals(name.getFirst())
              && name.get(1) instanceof String uri
              && uri.toLowerCase(Locale.ROOT).startsWith("spiffe:");
      if (spiffe && !own.equals(name.get(1))) {
        throw refused(
            one,
            "has the identity \"%s\" (subjectAltName), which is not the trust domain's; issue it with %s, or without"
                .formatted(Names.printable((String) name.get(1)), own));
      }
    }
  }

  private static void requireStrong(X509Certificate one) {
    var algorithm = one.getSigAlgName().toUpperCase(Locale.ROOT).replace("-", "");
    if (WEAK.stream().anyMatch(algorithm::startsWith)) {
      throw refused(one, "is signed with %s; sign it with SHA-256".formatted(one.getSigAlgName()));
    }
  }

  /// As a peer will validate what is issued, with a certificate that nobody gets (RFC 5280, section
  /// 6): this also finds constraints on names, and what is critical and unknown.
  private void validate(Intermediate intermediate, Instant now) {
    var random = new SecureRandom();
    try {
      var certificates = new Certificates(trustDomain, random);
      var probe = new SpiffeId(trustDomain, "/ns/probe/sa/probe");
      var leaf =
          certificates.leaf(
              intermediate,
              Certificates.info(intermediate.certificate().getPublicKey()),
              probe,
              now,
              Duration.ofMinutes(1));
      var chain = new ArrayList<>(List.of(leaf));
      chain.addAll(intermediate.chain());
      var anchor = new TrustAnchor(intermediate.root(), nameConstraints(intermediate.root()));
      var parameters = new PKIXParameters(Set.of(anchor));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      var path = CertificateFactory.getInstance("X.509").generateCertPath(chain);
      var _ = CertPathValidator.getInstance("PKIX").validate(path, parameters);
    } catch (GeneralSecurityException | IllegalArgumentException invalid) {
      var why = invalid.getMessage();
      throw refused(
          intermediate.certificate(),
          "cannot issue for %s: %s; change it at its issuer"
              .formatted(
                  new SpiffeId(trustDomain, ""),
                  Names.printable(why == null ? "invalid" : why, LONGEST_NAME)));
    }
  }

  private static byte @Nullable [] nameConstraints(X509Certificate root) {
    byte[] value = root.getExtensionValue(Extension.nameConstraints.getId());
    return value == null ? null : ASN1OctetString.getInstance(value).getOctets();
  }

  static boolean selfSigned(X509Certificate one) {
    return one.getSubjectX500Principal().equals(one.getIssuerX500Principal()) && signed(one, one);
  }

  static boolean signed(X509Certificate below, X509Certificate above) {
    try {
      below.verify(above.getPublicKey());
      return true;
    } catch (GeneralSecurityException notSigned) {
      return false;
    }
  }

  private interface Field<T> {
    @Nullable T of(X509Certificate certificate) throws CertificateParsingException;
  }

  private static <T> @Nullable T read(X509Certificate one, Field<T> field) {
    try {
      return field.of(one);
    } catch (CertificateParsingException unreadable) {
      throw refused(one, "has an extension that cannot be read; issue it anew");
    }
  }

  private static IllegalArgumentException refused(X509Certificate one, String what) {
    return new IllegalArgumentException(
        "certificate \"%s\" %s"
            .formatted(
                Names.printable(one.getSubjectX500Principal().getName(), LONGEST_NAME), what));
  }

  /// A root with its key that is to sign our intermediates, from elsewhere.
  ///
  /// @throws IllegalArgumentException if it is not fit for that
  Issuer root(X509Certificate root, PrivateKey key, Instant now) {
    if (!PrivateKeys.match(key, root.getPublicKey())) {
      throw refused(root, "does not have this key; give the one that belongs to it");
    }
    if (!selfSigned(root)) {
      throw refused(
          root,
          "is not self-signed; give an intermediate and its key as files"
              + " (tombolo.ca.intermediate.source=files)");
    }
    KeyRules.problem(Certificates.info(root.getPublicKey()))
        .ifPresent(problem -> {
          throw refused(root, "cannot be used: " + problem);
        });
    check(root, 1, now);
    var issuer = new Issuer(root, key);
    var below =
        new Certificates(trustDomain, new SecureRandom())
            .intermediate(issuer, now, Duration.ofMinutes(2));
    validate(new Intermediate(List.of(below.certificate()), below.key(), root), now);
    return issuer;
  }
}
