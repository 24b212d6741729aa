package io.tombolo.e2e;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Random;
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

/// An authority outside of the mesh, which signs whatever it is asked to.
///
/// @param above of its own certificate: itself first, without the root; empty if it is the root
record ForeignAuthority(X509Certificate certificate, KeyPair keys, List<X509Certificate> above) {
  /// What a caller shows.
  record Shown(KeyPair keys, List<X509Certificate> chain) {}

  /// What is asked for; by default a certificate as an X.509-SVID has to be.
  record Wanted(
      List<GeneralName> names,
      Instant begin,
      Instant end,
      boolean authority,
      int usage,
      List<KeyPurposeId> purposes) {
    static Wanted named(GeneralName... names) {
      var now = Instant.now();
      return new Wanted(
          List.of(names),
          now.minusSeconds(60),
          now.plus(Duration.ofHours(1)),
          false,
          KeyUsage.digitalSignature,
          List.of(KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth));
    }

    static Wanted id(String uri) {
      return named(ForeignAuthority.uri(uri));
    }

    Wanted valid(Duration from, Duration to) {
      var now = Instant.now();
      return new Wanted(names, now.plus(from), now.plus(to), authority, usage, purposes);
    }

    Wanted asAuthority() {
      return new Wanted(names, begin, end, true, KeyUsage.keyCertSign, List.of());
    }

    Wanted withUsage(int other) {
      return new Wanted(names, begin, end, authority, other, purposes);
    }

    Wanted withPurposes(KeyPurposeId... others) {
      return new Wanted(names, begin, end, authority, usage, List.of(others));
    }
  }

  static ForeignAuthority root(String name) {
    var keys = keyPair();
    var subject = new X500Name("CN=root of " + name);
    var wanted = Wanted.id("spiffe://" + name).asAuthority();
    return new ForeignAuthority(signed(subject, keys, subject, keys, wanted), keys, List.of());
  }

  ForeignAuthority intermediate(String name) {
    var own = keyPair();
    var signed =
        signed(subject(), keys, new X500Name("CN=" + name), own, Wanted.named().asAuthority());
    return new ForeignAuthority(signed, own, List.of(signed));
  }

  Shown sign(Wanted wanted) {
    var own = keyPair();
    var chain = new ArrayList<X509Certificate>();
    chain.add(signed(subject(), keys, new X500Name("CN=workload"), own, wanted));
    chain.addAll(above);
    return new Shown(own, chain);
  }

  static Shown selfSigned(Wanted wanted) {
    var own = keyPair();
    var name = new X500Name("CN=workload");
    return new Shown(own, List.of(signed(name, own, name, own, wanted)));
  }

  static GeneralName uri(String uri) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
  }

  static GeneralName dns(String name) {
    return new GeneralName(GeneralName.dNSName, name);
  }

  String pem() throws GeneralSecurityException {
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
        .formatted(Base64.getMimeEncoder().encodeToString(certificate.getEncoded()));
  }

  private X500Name subject() {
    return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
  }

  private static X509Certificate signed(
      X500Name issuer, KeyPair signer, X500Name subject, KeyPair own, Wanted wanted) {
    try {
      var draft =
          new JcaX509v3CertificateBuilder(
              issuer,
              new BigInteger(100, new Random()),
              Date.from(wanted.begin),
              Date.from(wanted.end),
              subject,
              own.getPublic());
      draft.addExtension(Extension.basicConstraints, true, new BasicConstraints(wanted.authority));
      draft.addExtension(Extension.keyUsage, true, new KeyUsage(wanted.usage));
      if (!wanted.purposes.isEmpty()) {
        var purposes = wanted.purposes.toArray(KeyPurposeId[]::new);
        draft.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
      }
      if (!wanted.names.isEmpty()) {
        var names = new GeneralNames(wanted.names.toArray(GeneralName[]::new));
        draft.addExtension(Extension.subjectAlternativeName, false, names);
      }
      var content = new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate());
      return new JcaX509CertificateConverter().getCertificate(draft.build(content));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair keyPair() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
