package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;

/// The requests for intermediates that were made of one authority elsewhere, numbered from 1. Their
/// keys are sealed before anything is asked for, so that an answer may come after a restart.
///
/// @param name of the authority, of `a-z`, `0-9` and `-`
record IntermediateRequests(SealedIssuers issuers, String name) {
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
  private static final Duration LONG = Duration.ofDays(36500);

  /// The request whose key no certificate that is `used` has: the newest, or a new one.
  SealedIssuers.Sealed open(Predicate<X509Certificate> used, Instant now) throws IOException {
    var all = all();
    if (!all.isEmpty() && !used.test(all.getLast().certificates().getFirst())) {
      return all.getLast();
    }
    return issuers.create(entry(all.size() + 1), fresh(now));
  }

  /// Was the key of this certificate made here?
  boolean made(X509Certificate certificate) throws IOException {
    return key(certificate).isPresent();
  }

  /// The key of a certificate, if it was made here.
  Optional<PrivateKey> key(X509Certificate certificate) throws IOException {
    return all().stream()
        .filter(one -> sameKey(one.certificates().getFirst(), certificate))
        .map(SealedIssuers.Sealed::key)
        .findFirst();
  }

  static boolean sameKey(X509Certificate one, X509Certificate other) {
    return one.getPublicKey().equals(other.getPublicKey());
  }

  /// The request as it is sent.
  Signatory.Request form(SealedIssuers.Sealed request, Duration life) throws IOException {
    var self = request.certificates().getFirst();
    var subject = X500Name.getInstance(self.getSubjectX500Principal().getEncoded());
    var key = SubjectPublicKeyInfo.getInstance(self.getPublicKey().getEncoded());
    var identity = new SpiffeId(issuers.trustDomain(), "").toString();
    var wishes = new ExtensionsGenerator();
    wishes.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
    wishes.addExtension(
        Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    wishes.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, identity)));
    try {
      var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(request.key());
      byte[] der =
          new PKCS10CertificationRequestBuilder(subject, key)
              .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, wishes.generate())
              .build(signer)
              .getEncoded();
      var pem =
          "-----BEGIN CERTIFICATE REQUEST-----\n%s\n-----END CERTIFICATE REQUEST-----\n"
              .formatted(LINES.encodeToString(der));
      var commonName = subject.getRDNs(BCStyle.CN)[0].getFirst().getValue().toString();
      return new Signatory.Request(pem, commonName, identity, life);
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("the request cannot be signed", e);
    }
  }

  private List<SealedIssuers.Sealed> all() throws IOException {
    var all = new ArrayList<SealedIssuers.Sealed>();
    for (var one = issuers.load(entry(1)); one.isPresent(); ) {
      all.add(one.get());
      one = issuers.load(entry(all.size() + 1));
    }
    return all;
  }

  private String entry(int number) {
    return "request-%s-%d".formatted(name, number);
  }

  /// A key, with a certificate by itself that carries the public half and the subject.
  private SealedIssuers.Sealed fresh(Instant now) {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), issuers.random());
      return selfSigned(generator.generateKeyPair(), now);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("this Java makes no EC P-256 keys", e);
    }
  }

  private SealedIssuers.Sealed selfSigned(KeyPair keys, Instant now)
      throws GeneralSecurityException, OperatorCreationException {
    var serial = new BigInteger(128, issuers.random()).max(BigInteger.ONE);
    var subject =
        new X500NameBuilder()
            .addRDN(BCStyle.CN, "Tombolo intermediate " + serial.toString(16))
            .build();
    var draft =
        new X509v3CertificateBuilder(
            subject,
            serial,
            Date.from(now),
            Date.from(now.plus(LONG)),
            subject,
            SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()));
    var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
    var self = new JcaX509CertificateConverter().getCertificate(draft.build(signer));
    return new SealedIssuers.Sealed(List.of(self), keys.getPrivate());
  }
}
