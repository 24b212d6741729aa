package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// An authority with one root, which signs whatever it is told to, for tests.
final class OutsideCa {
  private static final X500Name NAME = new X500Name("CN=outside");
  private static final Instant END = Ca.NOW.plus(Duration.ofDays(100));

  private final KeyPair keys = Ca.ec("secp256r1");
  private final X509Certificate root = newRoot();

  /// What to sign. As made by [#good], it is what an authority should sign.
  record Leaf(
      PublicKey key,
      List<GeneralName> names,
      boolean ofCa,
      int usage,
      List<KeyPurposeId> purposes,
      Set<ASN1ObjectIdentifier> notCritical,
      Instant begin,
      Instant end) {
    Leaf forKey(PublicKey other) {
      return new Leaf(other, names, ofCa, usage, purposes, notCritical, begin, end);
    }

    Leaf named(GeneralName... others) {
      return new Leaf(key, List.of(others), ofCa, usage, purposes, notCritical, begin, end);
    }

    Leaf asCa() {
      return new Leaf(key, names, true, usage, purposes, notCritical, begin, end);
    }

    Leaf used(int other) {
      return new Leaf(key, names, ofCa, other, purposes, notCritical, begin, end);
    }

    Leaf only(KeyPurposeId purpose) {
      return new Leaf(key, names, ofCa, usage, List.of(purpose), notCritical, begin, end);
    }

    Leaf notCritical(ASN1ObjectIdentifier extension) {
      return new Leaf(key, names, ofCa, usage, purposes, Set.of(extension), begin, end);
    }

    Leaf during(Instant from, Instant to) {
      return new Leaf(key, names, ofCa, usage, purposes, notCritical, from, to);
    }
  }

  static GeneralName uri(String text) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, text);
  }

  static Leaf good(PublicKey key, SpiffeId identity) {
    return new Leaf(
        key,
        List.of(uri(identity.toString())),
        false,
        KeyUsage.digitalSignature,
        List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth),
        Set.of(),
        Ca.NOW.minusSeconds(60),
        Ca.NOW.plus(Duration.ofDays(1)));
  }

  X509Certificate root() {
    return root;
  }

  private X509Certificate newRoot() {
    try {
      var draft =
          new X509v3CertificateBuilder(
              NAME,
              BigInteger.ONE,
              Date.from(Ca.NOW.minusSeconds(60)),
              Date.from(END),
              NAME,
              SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()));
      draft.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      draft.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      return signed(draft);
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  X509Certificate sign(Leaf leaf) {
    try {
      var draft =
          new X509v3CertificateBuilder(
              NAME,
              BigInteger.valueOf(7),
              Date.from(leaf.begin()),
              Date.from(leaf.end()),
              new X500Name(new RDN[0]),
              SubjectPublicKeyInfo.getInstance(leaf.key().getEncoded()));
      if (leaf.ofCa()) {
        draft.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      }
      draft.addExtension(
          Extension.keyUsage,
          !leaf.notCritical().contains(Extension.keyUsage),
          new KeyUsage(leaf.usage()));
      draft.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(leaf.purposes().toArray(KeyPurposeId[]::new)));
      if (!leaf.names().isEmpty()) {
        draft.addExtension(
            Extension.subjectAlternativeName,
            true,
            new GeneralNames(leaf.names().toArray(GeneralName[]::new)));
      }
      return signed(draft);
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private X509Certificate signed(X509v3CertificateBuilder draft) {
    try {
      var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
      return new JcaX509CertificateConverter().getCertificate(draft.build(signer));
    } catch (GeneralSecurityException | OperatorCreationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
