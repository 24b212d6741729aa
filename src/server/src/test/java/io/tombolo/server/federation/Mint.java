package io.tombolo.server.federation;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// An authority of another trust domain that signs whatever it is asked to.
public record Mint(X509Certificate root, KeyPair keys) {
  /// A leaf and its key.
  public record Leaf(X509Certificate certificate, KeyPair keys) {}

  private enum Kind {
    AUTHORITY,
    WORKLOAD
  }

  public static Mint of(String trustDomain) {
    var keys = ec();
    var name = new X500Name("CN=root of " + trustDomain);
    var uri = uri("spiffe://" + trustDomain);
    return new Mint(certificate(name, keys, name, keys, uri, Kind.AUTHORITY), keys);
  }

  public Leaf leaf(String id) {
    return leaf(uri(id));
  }

  public Leaf leaf(GeneralName... names) {
    var own = ec();
    var issuer = X500Name.getInstance(root.getSubjectX500Principal().getEncoded());
    var signed = certificate(issuer, keys, new X500Name("CN=leaf"), own, names, Kind.WORKLOAD);
    return new Leaf(signed, own);
  }

  public Leaf leafThatIsAnAuthority(String id) {
    var own = ec();
    var issuer = X500Name.getInstance(root.getSubjectX500Principal().getEncoded());
    return new Leaf(
        certificate(issuer, keys, new X500Name("CN=leaf"), own, uri(id), Kind.AUTHORITY), own);
  }

  public static GeneralName uri(String uri) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
  }

  private static X509Certificate certificate(
      X500Name issuer, KeyPair signer, X500Name subject, KeyPair own, GeneralName name, Kind kind) {
    return certificate(issuer, signer, subject, own, new GeneralName[] {name}, kind);
  }

  private static X509Certificate certificate(
      X500Name issuer,
      KeyPair signer,
      X500Name subject,
      KeyPair own,
      GeneralName[] names,
      Kind kind) {
    try {
      var now = Instant.now();
      boolean authority = kind == Kind.AUTHORITY;
      var draft =
          new JcaX509v3CertificateBuilder(
              issuer,
              new BigInteger(100, new Random()),
              Date.from(now.minusSeconds(60)),
              Date.from(now.plus(Duration.ofHours(1))),
              subject,
              own.getPublic());
      draft.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      draft.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
      draft.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      var content = new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate());
      return new JcaX509CertificateConverter().getCertificate(draft.build(content));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static KeyPair ec() {
    return pair("EC", 256);
  }

  static KeyPair rsa(int bits) {
    return pair("RSA", bits);
  }

  private static KeyPair pair(String algorithm, int size) {
    try {
      var generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(size);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// With its root alone.
  List<X509Certificate> roots() {
    return List.of(root);
  }
}
