package io.tombolo.agent;

import com.google.protobuf.ByteString;
import io.tombolo.api.identity.v1.Bundle;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.api.identity.v1.JwtKey;
import io.tombolo.api.identity.v1.Trust;
import io.tombolo.mesh.identity.HostileJwts;
import io.tombolo.mesh.identity.TrustDomain;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/// A certificate authority for tests.
///
/// @param keys what it signs with
/// @param jwtKeys what it signs JWT-SVIDs with
/// @param intermediates the certificates between a leaf and the root, from the leaf's issuer
///   upwards
record TestAuthority(
    TrustDomain trustDomain,
    KeyPair keys,
    KeyPair jwtKeys,
    X509Certificate root,
    List<X509Certificate> intermediates) {
  static final TrustDomain DOMAIN = new TrustDomain("mesh.test");

  /// The id of its key for JWT-SVIDs.
  static final String JWT_KEY = "jwt-key";

  private static final Duration BACKDATED = Duration.ofMinutes(1);

  static TestAuthority create(String name) throws Exception {
    return create(DOMAIN, name);
  }

  static TestAuthority create(TrustDomain trustDomain, String name) throws Exception {
    var keys = newKeys();
    var root =
        certificate(
            new Names("CN=" + name, "CN=" + name), keys.getPublic(), "", Duration.ofDays(1), keys);
    return new TestAuthority(trustDomain, keys, newKeys(), root, List.of());
  }

  /// An authority under the same root that signs with a certificate below this one's.
  TestAuthority below(String name) throws Exception {
    var signing = newKeys();
    var between =
        certificate(
            new Names(issuer(), "CN=" + name), signing.getPublic(), "", Duration.ofDays(1), keys);
    var all = new ArrayList<>(List.of(between));
    all.addAll(intermediates);
    return new TestAuthority(trustDomain, signing, jwtKeys, root, List.copyOf(all));
  }

  private String issuer() {
    var by = intermediates.isEmpty() ? root : intermediates.getFirst();
    return by.getSubjectX500Principal().getName();
  }

  static KeyPair newKeys() throws Exception {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  X509Certificate issue(PublicKey key, String uri, Duration ttl) throws Exception {
    return certificate(new Names(issuer(), "CN=leaf"), key, uri, ttl, keys);
  }

  /// A certificate with these extensions, all critical, and no others.
  X509Certificate sign(PublicKey key, Map<ASN1ObjectIdentifier, ASN1Encodable> extensions)
      throws Exception {
    return certificate(new Names(issuer(), "CN=leaf"), key, extensions, Duration.ofHours(1), keys);
  }

  /// A new leaf, and what is between it and the root.
  List<X509Certificate> chain(PublicKey key, String uri, Duration ttl) throws Exception {
    var chain = new ArrayList<>(List.of(issue(key, uri, ttl)));
    chain.addAll(intermediates);
    return List.copyOf(chain);
  }

  Issued issued(PublicKey key, String uri, Duration ttl) throws Exception {
    var issued = Issued.newBuilder().setTrust(Trust.newBuilder().setOwn(bundle()));
    for (var one : chain(key, uri, ttl)) {
      issued.addChain(ByteString.copyFrom(one.getEncoded()));
    }
    return issued.build();
  }

  Bundle bundle(X509Certificate... more) throws Exception {
    var bundle =
        Bundle.newBuilder()
            .setTrustDomain(trustDomain.name())
            .addRoots(ByteString.copyFrom(root.getEncoded()))
            .addJwtKeys(jwtKey(JWT_KEY, jwtKeys.getPublic()));
    for (var one : more) {
      bundle.addRoots(ByteString.copyFrom(one.getEncoded()));
    }
    return bundle.build();
  }

  static JwtKey jwtKey(String id, PublicKey key) {
    return JwtKey.newBuilder()
        .setId(id)
        .setPublicKey(ByteString.copyFrom(key.getEncoded()))
        .build();
  }

  /// A JWT-SVID with only what it needs.
  String jwt(String subject, List<String> audience, Duration ttl) {
    return HostileJwts.signed(
        "{\"alg\":\"ES256\",\"kid\":\"%s\"}".formatted(JWT_KEY),
        "{\"sub\":\"%s\",\"aud\":[\"%s\"],\"exp\":%d,\"jti\":\"%s\"}"
            .formatted(
                subject,
                String.join("\",\"", audience),
                Instant.now().plus(ttl).getEpochSecond(),
                UUID.randomUUID()),
        jwtKeys);
  }

  Path pin(Path file) throws Exception {
    return Files.writeString(file, SpiffeCertificates.toPem(List.of(root)));
  }

  static JcaPKCS10CertificationRequest csr(ByteString der) throws Exception {
    return new JcaPKCS10CertificationRequest(new PKCS10CertificationRequest(der.toByteArray()));
  }

  private record Names(String issuer, String subject) {}

  private static X509Certificate certificate(
      Names names, PublicKey key, String uri, Duration ttl, KeyPair signer) throws Exception {
    var extensions = new HashMap<ASN1ObjectIdentifier, ASN1Encodable>();
    extensions.put(Extension.basicConstraints, new BasicConstraints(uri.isEmpty()));
    int usage = uri.isEmpty() ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature;
    extensions.put(Extension.keyUsage, new KeyUsage(usage));
    if (!uri.isEmpty()) {
      var name = new GeneralName(GeneralName.uniformResourceIdentifier, uri);
      extensions.put(Extension.subjectAlternativeName, new GeneralNames(name));
    }
    return certificate(names, key, extensions, ttl, signer);
  }

  private static X509Certificate certificate(
      Names names,
      PublicKey key,
      Map<ASN1ObjectIdentifier, ASN1Encodable> extensions,
      Duration ttl,
      KeyPair signer)
      throws Exception {
    var now = Instant.now();
    var builder =
        new JcaX509v3CertificateBuilder(
            new X500Name(names.issuer()),
            new BigInteger(100, new SecureRandom()),
            Date.from(now.minus(BACKDATED)),
            Date.from(now.plus(ttl)),
            new X500Name(names.subject()),
            key);
    for (var one : extensions.entrySet()) {
      builder.addExtension(one.getKey(), true, one.getValue());
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(
                new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
  }
}
