package io.tombolo.identity;

import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;

/// An authority that is not ours, which signs what it is told to, also what it should not. Its key
/// identifiers are not SHA-1 of the key, as those of recent Go programs.
record Foreign(X509Certificate certificate, KeyPair keys) {
  private static final AtomicLong SERIALS = new AtomicLong(1000);

  /// What a certificate says.
  record Draft(String name, Instant from, Instant to, String algorithm, Map<String, Said> said) {
    record Said(boolean critical, ASN1Encodable value) {}

    static Draft authority(String name, int below) {
      return new Draft(
              name,
              Ca.NOW.minusSeconds(60),
              Ca.NOW.plus(Duration.ofDays(365)),
              "SHA256with",
              Map.of())
          .with(Extension.basicConstraints, true, new BasicConstraints(below))
          .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    }

    Draft with(ASN1ObjectIdentifier extension, boolean critical, ASN1Encodable value) {
      var more = new HashMap<>(said);
      more.put(extension.getId(), new Said(critical, value));
      return new Draft(name, from, to, algorithm, more);
    }

    Draft without(ASN1ObjectIdentifier extension) {
      var fewer = new HashMap<>(said);
      fewer.remove(extension.getId());
      return new Draft(name, from, to, algorithm, fewer);
    }

    Draft between(Instant start, Instant end) {
      return new Draft(name, start, end, algorithm, said);
    }

    Draft signedWith(String hash) {
      return new Draft(name, from, to, hash + "with", said);
    }

    Draft identity(String uri) {
      var names = new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
      return with(Extension.subjectAlternativeName, false, names);
    }

    Draft purposes(KeyPurposeId... purposes) {
      return with(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
    }

    /// Only for identities of this host, as URIs name them.
    Draft onlyFor(String host) {
      var subtree =
          new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, host));
      return with(
          Extension.nameConstraints,
          true,
          new NameConstraints(new GeneralSubtree[] {subtree}, null));
    }
  }

  static Foreign root() {
    return root(Draft.authority("Foreign root", 3), Ca.ec("secp384r1"));
  }

  static Foreign root(Draft draft, KeyPair keys) {
    return new Foreign(sign(draft, keys.getPublic(), draft.name, keys, null), keys);
  }

  /// An authority below this one.
  Foreign below(Draft draft) {
    var own = Ca.ec("secp256r1");
    return new Foreign(certify(draft, own.getPublic()), own);
  }

  X509Certificate certify(Draft draft, PublicKey key) {
    var name = certificate.getSubjectX500Principal().getName().replaceFirst("CN=", "");
    return sign(draft, key, name, keys, certificate);
  }

  /// As an authority signs a request for an intermediate.
  X509Certificate certify(Draft draft, String csr) {
    try (var parser = new PEMParser(new StringReader(csr))) {
      var request = (PKCS10CertificationRequest) parser.readObject();
      var info = request.getSubjectPublicKeyInfo();
      return certify(draft, KeyRules.read(info, info.getEncoded()));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Its own key in PEM (PKCS#8).
  static String pem(PrivateKey key) {
    var base64 = Base64.getMimeEncoder(64, new byte[] {'\n'});
    return "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
        .formatted(base64.encodeToString(key.getEncoded()));
  }

  private static X509Certificate sign(
      Draft draft, PublicKey key, String issuer, KeyPair signer, @Nullable X509Certificate above) {
    var info = SubjectPublicKeyInfo.getInstance(key.getEncoded());
    var builder =
        new X509v3CertificateBuilder(
            new X500Name("CN=" + issuer),
            BigInteger.valueOf(SERIALS.incrementAndGet()),
            Date.from(draft.from),
            Date.from(draft.to),
            new X500Name("CN=" + draft.name),
            info);
    try {
      if (!draft.said.containsKey(Extension.subjectKeyIdentifier.getId())) {
        builder.addExtension(
            Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(id(key)));
      }
      byte[] over = above == null ? id(key) : id(above.getPublicKey());
      builder.addExtension(
          Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(over));
      for (var one : draft.said.entrySet()) {
        if (!(one.getValue().value() instanceof DEROctetString nothing
            && nothing.getOctetsLength() == 0)) {
          builder.addExtension(
              new ASN1ObjectIdentifier(one.getKey()),
              one.getValue().critical(),
              one.getValue().value());
        }
      }
      var kind = signer.getPrivate().getAlgorithm().equals("RSA") ? "RSA" : "ECDSA";
      var content = new JcaContentSignerBuilder(draft.algorithm + kind).build(signer.getPrivate());
      return new JcaX509CertificateConverter().getCertificate(builder.build(content));
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] id(PublicKey key) {
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
      return Arrays.copyOf(hash, 20);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  List<X509Certificate> with(X509Certificate... more) {
    var all = new ArrayList<>(List.of(more));
    all.add(certificate);
    return all;
  }
}
