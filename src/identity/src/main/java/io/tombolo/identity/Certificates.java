package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The three kinds of certificates of a trust domain, as X509-SVID (sections 2 to 4) wants them.
record Certificates(TrustDomain trustDomain, SecureRandom random) {
  /// By how much certificates are dated back, for hosts whose clocks are behind.
  static final Duration BACK = Duration.ofSeconds(60);

  /// A root with a key of its own; it may sign one level of intermediates.
  Issuer root(Instant now, Duration life) {
    var serial = serial();
    var name = name("Tombolo root", serial);
    var keys = keyPair();
    var key = info(keys.getPublic());
    var draft = draft(name, serial, now, now.plus(life), name, key);
    authority(draft, key, identifier(key), 1);
    return new Issuer(signed(draft, keys.getPrivate()), keys.getPrivate());
  }

  /// An intermediate with a key of its own, which signs workloads only. It ends with the root.
  Issuer intermediate(Issuer root, Instant now, Duration life) {
    var serial = serial();
    var keys = keyPair();
    var key = info(keys.getPublic());
    var name = name("Tombolo intermediate", serial);
    var end = earlier(now.plus(life), root.end());
    var draft = draft(subject(root.certificate()), serial, now, end, name, key);
    authority(draft, key, identifier(root.certificate()), 0);
    return new Issuer(signed(draft, root.key()), keys.getPrivate());
  }

  /// The certificate of a workload. It ends with its issuer.
  X509Certificate leaf(
      Intermediate issuer, SubjectPublicKeyInfo key, SpiffeId identity, Instant now, Duration ttl) {
    var end = earlier(now.plus(ttl), issuer.end());
    var empty = new X500NameBuilder().build();
    var draft = draft(subject(issuer.certificate()), serial(), now, end, empty, key);
    add(draft, Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature), Criticality.CRITICAL);
    var purposes =
        new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};
    add(draft, Extension.extendedKeyUsage, new ExtendedKeyUsage(purposes), Criticality.NOT);
    add(draft, Extension.basicConstraints, new BasicConstraints(false), Criticality.CRITICAL);
    identify(draft, key, identifier(issuer.certificate()));
    add(draft, Extension.subjectAlternativeName, uri(identity), Criticality.CRITICAL);
    return signed(draft, issuer.key());
  }

  /// @throws IllegalArgumentException if the key has no encoding
  static SubjectPublicKeyInfo info(PublicKey key) {
    byte[] encoded = key.getEncoded();
    if (encoded == null) {
      throw new IllegalArgumentException("the public key has no encoding");
    }
    return SubjectPublicKeyInfo.getInstance(encoded);
  }

  private enum Criticality {
    CRITICAL,
    NOT
  }

  private void authority(
      X509v3CertificateBuilder draft,
      SubjectPublicKeyInfo key,
      AuthorityKeyIdentifier signer,
      int levelsBelow) {
    var usage = new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
    add(draft, Extension.keyUsage, usage, Criticality.CRITICAL);
    var constraints = new BasicConstraints(levelsBelow);
    add(draft, Extension.basicConstraints, constraints, Criticality.CRITICAL);
    identify(draft, key, signer);
    var domain = uri(new SpiffeId(trustDomain, ""));
    add(draft, Extension.subjectAlternativeName, domain, Criticality.NOT);
  }

  private static void identify(
      X509v3CertificateBuilder draft, SubjectPublicKeyInfo key, AuthorityKeyIdentifier signer) {
    var own = hash().createSubjectKeyIdentifier(key);
    add(draft, Extension.subjectKeyIdentifier, own, Criticality.NOT);
    add(draft, Extension.authorityKeyIdentifier, signer, Criticality.NOT);
  }

  private static AuthorityKeyIdentifier identifier(SubjectPublicKeyInfo signer) {
    return hash().createAuthorityKeyIdentifier(signer);
  }

  /// As the signer's certificate has it: others than SHA-1 of the key are in use (RFC 7093).
  private static AuthorityKeyIdentifier identifier(X509Certificate signer) {
    byte[] own = signer.getExtensionValue(Extension.subjectKeyIdentifier.getId());
    return own == null
        ? identifier(info(signer.getPublicKey()))
        : new AuthorityKeyIdentifier(
            SubjectKeyIdentifier.getInstance(ASN1OctetString.getInstance(own).getOctets())
                .getKeyIdentifier());
  }

  private static JcaX509ExtensionUtils hash() {
    try {
      return new JcaX509ExtensionUtils();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-1 for key identifiers", e);
    }
  }

  private static GeneralNames uri(SpiffeId identity) {
    return new GeneralNames(
        new GeneralName(GeneralName.uniformResourceIdentifier, identity.toString()));
  }

  private static void add(
      X509v3CertificateBuilder draft,
      ASN1ObjectIdentifier what,
      ASN1Encodable value,
      Criticality criticality) {
    try {
      draft.addExtension(what, criticality == Criticality.CRITICAL, value);
    } catch (IOException e) {
      throw new IllegalStateException("extension " + what + " cannot be encoded", e);
    }
  }

  private static X509v3CertificateBuilder draft(
      X500Name issuer,
      BigInteger serial,
      Instant now,
      Instant end,
      X500Name subject,
      SubjectPublicKeyInfo key) {
    return new X509v3CertificateBuilder(
        issuer, serial, Date.from(now.minus(BACK)), Date.from(end), subject, key);
  }

  private static X509Certificate signed(X509v3CertificateBuilder draft, PrivateKey key) {
    try {
      // A ContentSigner is not thread-safe: one for each certificate.
      var algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
      var signer = new JcaContentSignerBuilder(algorithm).build(key);
      return new JcaX509CertificateConverter().getCertificate(draft.build(signer));
    } catch (OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException("the certificate cannot be signed", e);
    }
  }

  private static X500Name subject(X509Certificate issuer) {
    return X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded());
  }

  /// The serial makes the name of every authority a different one, as chain building wants it.
  private static X500Name name(String kind, BigInteger serial) {
    return new X500NameBuilder()
        .addRDN(BCStyle.CN, kind)
        .addRDN(BCStyle.SERIALNUMBER, serial.toString(16))
        .build();
  }

  private BigInteger serial() {
    return new BigInteger(128, random).max(BigInteger.ONE);
  }

  private KeyPair keyPair() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java makes no EC P-256 keys", e);
    }
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
