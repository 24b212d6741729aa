package io.tombolo.server.federation;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// An authority of another trust domain that signs whatever it is asked to.
///
/// @param root its certificate; of one that [#below] made, an intermediate
public record Mint(X509Certificate root, KeyPair keys) {
  /// A leaf and its key.
  public record Leaf(X509Certificate certificate, KeyPair keys) {}

  /// What a certificate says.
  ///
  /// @param extensions those besides the names; the names are the only one that is not critical
  public record Says(List<GeneralName> names, Map<ASN1ObjectIdentifier, ASN1Encodable> extensions) {
    /// As an X.509-SVID has it.
    public static Says svid(String id) {
      return new Says(List.of(uri(id)), Map.of())
          .with(Extension.basicConstraints, new BasicConstraints(false))
          .with(Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature))
          .with(
              Extension.extendedKeyUsage,
              new ExtendedKeyUsage(
                  new KeyPurposeId[] {
                    KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                  }));
    }

    /// As the certificate of an authority has it.
    public static Says authority(String trustDomain) {
      return new Says(List.of(uri("spiffe://" + trustDomain)), Map.of())
          .with(Extension.basicConstraints, new BasicConstraints(true))
          .with(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign));
    }

    public Says named(GeneralName... others) {
      return new Says(List.of(others), extensions);
    }

    public Says with(ASN1ObjectIdentifier extension, ASN1Encodable value) {
      var more = new HashMap<>(extensions);
      more.put(extension, value);
      return new Says(names, more);
    }

    public Says without(ASN1ObjectIdentifier extension) {
      var fewer = new HashMap<>(extensions);
      fewer.remove(extension);
      return new Says(names, fewer);
    }
  }

  public static Mint of(String trustDomain) {
    var keys = ec();
    var name = new X500Name("CN=root of " + trustDomain);
    return new Mint(certificate(name, keys, name, keys, Says.authority(trustDomain)), keys);
  }

  /// An authority that this one has signed.
  public Mint below(Says says) {
    var own = ec();
    var name = new X500Name("CN=below " + new BigInteger(60, new Random()));
    return new Mint(certificate(name(), keys, name, own, says), own);
  }

  public Leaf leaf(Says says) {
    var own = ec();
    return new Leaf(certificate(name(), keys, new X500Name("CN=leaf"), own, says), own);
  }

  public Leaf leaf(String id) {
    return leaf(uri(id));
  }

  /// Without purposes.
  public Leaf leaf(GeneralName... names) {
    return leaf(Says.svid("spiffe://a/b").named(names).without(Extension.extendedKeyUsage));
  }

  public Leaf leafThatIsAnAuthority(String id) {
    return leaf(Says.authority("a").named(uri(id)));
  }

  public static GeneralName uri(String uri) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
  }

  private X500Name name() {
    return X500Name.getInstance(root.getSubjectX500Principal().getEncoded());
  }

  private static X509Certificate certificate(
      X500Name issuer, KeyPair signer, X500Name subject, KeyPair own, Says says) {
    try {
      var now = Instant.now();
      var draft =
          new JcaX509v3CertificateBuilder(
              issuer,
              new BigInteger(100, new Random()),
              Date.from(now.minusSeconds(60)),
              Date.from(now.plus(Duration.ofHours(1))),
              subject,
              own.getPublic());
      for (var one : says.extensions().entrySet()) {
        draft.addExtension(one.getKey(), true, one.getValue());
      }
      if (!says.names().isEmpty()) {
        var names = new GeneralNames(says.names().toArray(GeneralName[]::new));
        draft.addExtension(Extension.subjectAlternativeName, false, names);
      }
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
