package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The issuers of a trust domain in a vault, their keys sealed. A key opens only for the purpose,
/// the trust domain and the certificates it was sealed for.
record SealedIssuers(KeyVault vault, Kek kek, TrustDomain trustDomain, SecureRandom random) {
  private static final String BASE64 = "([A-Za-z0-9+/]+={0,2})";
  private static final Pattern ENTRY =
      Pattern.compile(
          "tombolo-ca 1\npurpose ([a-z0-9-]+)\ntrust-domain (\\S+)\nkek ([0-9a-f]{16})\n"
              + "((?:certificate [A-Za-z0-9+/]+={0,2}\n){1,9})"
              + ("sealed-key " + BASE64 + "\n"));
  private static final Pattern CERTIFICATE = Pattern.compile("certificate " + BASE64 + "\n");

  /// @param certificates the issuer's own, then those above it
  record Sealed(List<X509Certificate> certificates, PrivateKey key) {
    Sealed {
      certificates = List.copyOf(certificates);
    }

    @Override
    public String toString() {
      return certificates.getFirst().getSubjectX500Principal() + " [key not shown]";
    }
  }

  /// @throws StateUnusable if there is an entry that is not this trust domain's issuer for this
  ///   purpose, sealed with this key
  Optional<Sealed> load(String purpose) throws IOException {
    return vault.load(purpose).map(entry -> open(purpose, entry));
  }

  /// Keeps an issuer unless there is one for the purpose.
  ///
  /// @return the issuer that is kept now
  Sealed create(String purpose, Sealed issuer) throws IOException {
    return open(purpose, vault.create(purpose, seal(purpose, issuer)));
  }

  private byte[] seal(String purpose, Sealed issuer) {
    byte[] key = issuer.key().getEncoded();
    try {
      var encoded = new ArrayList<byte[]>();
      for (var certificate : issuer.certificates()) {
        encoded.add(certificate.getEncoded());
      }
      var base64 = Base64.getEncoder();
      var entry =
          "tombolo-ca 1\npurpose %s\ntrust-domain %s\nkek %s\n%ssealed-key %s\n"
              .formatted(
                  purpose,
                  trustDomain,
                  kek.id(),
                  encoded.stream()
                      .map(one -> "certificate %s\n".formatted(base64.encodeToString(one)))
                      .collect(Collectors.joining()),
                  base64.encodeToString(kek.seal(key, context(purpose, encoded), random)));
      return entry.getBytes(StandardCharsets.US_ASCII);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate that was just made has no encoding", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private Sealed open(String purpose, byte[] entry) {
    var fields = ENTRY.matcher(new String(entry, StandardCharsets.ISO_8859_1));
    if (!fields.matches()) {
      throw unusable(purpose, "is not an entry that Tombolo wrote");
    }
    var problem = SealedEntry.problem(fields, purpose, trustDomain, kek);
    if (problem.isPresent()) {
      throw unusable(purpose, problem.get());
    }
    try {
      var certificates =
          CERTIFICATE
              .matcher(fields.group(4))
              .results()
              .map(one -> SealedEntry.decoded(one.group(1)))
              .toList();
      return issuer(purpose, certificates, SealedEntry.decoded(fields.group(5)));
    } catch (GeneralSecurityException | IllegalArgumentException damaged) {
      throw unusable(purpose, "was changed since it was written");
    }
  }

  private Sealed issuer(String purpose, List<byte[]> certificates, byte[] sealedKey)
      throws GeneralSecurityException {
    byte[] key =
        kek.open(sealedKey, context(purpose, certificates))
            .orElseThrow(() -> unusable(purpose, "was changed since it was written"));
    try {
      var factory = CertificateFactory.getInstance("X.509");
      var read = new ArrayList<X509Certificate>();
      for (var one : certificates) {
        read.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(one)));
      }
      var algorithm = read.getFirst().getPublicKey().getAlgorithm();
      return new Sealed(
          read, KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(key)));
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private byte[] context(String purpose, List<byte[]> certificates) {
    var domain = new SpiffeId(trustDomain, "");
    var context = new ByteArrayOutputStream();
    context.writeBytes(
        "tombolo ca 1\0%s\0%s\0".formatted(purpose, domain).getBytes(StandardCharsets.US_ASCII));
    certificates.forEach(context::writeBytes);
    return context.toByteArray();
  }

  /// The refusal of an entry. Starting over is left to a person: no agent that trusts the old
  /// authority would trust a new one.
  StateUnusable unusable(String purpose, String what) {
    return new StateUnusable(
        ("the CA's %s in %s %s. Restore it, and the key-encryption key, from a backup. To start a"
                + " new CA instead, move all of %s away and give every agent the new bundle")
            .formatted(purpose, vault.where(), what, vault.where()));
  }
}
