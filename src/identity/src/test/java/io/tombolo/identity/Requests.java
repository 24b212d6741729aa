package io.tombolo.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Duration;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;

/// Certificate requests for tests, in DER.
final class Requests {
  private static final X500Name HOST = new X500Name("CN=host");

  private Requests() {}

  static byte[] plain(KeyPair keys) {
    return signed(
        keys, "SHA256with" + (keys.getPublic().getAlgorithm().equals("EC") ? "ECDSA" : "RSA"));
  }

  static byte[] signed(KeyPair keys, String algorithm) {
    return built(draft(info(keys)), signer(keys, algorithm));
  }

  static byte[] signedBy(SubjectPublicKeyInfo key, KeyPair signer) {
    return built(draft(key), signer(signer, "SHA256withECDSA"));
  }

  static byte[] withChallenge(KeyPair keys, String challenge) {
    var draft = draft(info(keys));
    var _ =
        draft.addAttribute(
            PKCSObjectIdentifiers.pkcs_9_at_challengePassword, new DERPrintableString(challenge));
    return built(draft, signer(keys, "SHA256withECDSA"));
  }

  /// A request as an agent makes it, for this identity.
  static byte[] naming(KeyPair keys, String identity) {
    return naming(keys, new GeneralName(GeneralName.uniformResourceIdentifier, identity));
  }

  static byte[] naming(KeyPair keys, GeneralName... names) {
    return namingAs("", keys, names);
  }

  static byte[] namingAs(String subject, KeyPair keys, GeneralName... names) {
    try {
      var extensions = new ExtensionsGenerator();
      extensions.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(names));
      var draft = new PKCS10CertificationRequestBuilder(new X500Name(subject), info(keys));
      var _ =
          draft.addAttribute(
              PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
      return built(draft, signer(keys, "SHA256withECDSA"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A request that asks to be an authority with many names, among them another workload's.
  static byte[] greedy(KeyPair keys, String identity) throws IOException {
    var extensions = new ExtensionsGenerator();
    var names =
        new GeneralName[] {
          new GeneralName(GeneralName.uniformResourceIdentifier, identity),
          new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://demo.test"),
          new GeneralName(GeneralName.dNSName, "*.demo.test"),
          new GeneralName(GeneralName.iPAddress, "10.0.0.1")
        };
    extensions.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(names));
    extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(9));
    extensions.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
    var draft = new PKCS10CertificationRequestBuilder(new X500Name("CN=root,O=evil"), info(keys));
    var _ =
        draft.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
    return built(draft, signer(keys, "SHA256withECDSA"));
  }

  static byte[] certificate(KeyPair keys) throws IOException {
    var start = Date.from(Ca.NOW);
    var end = Date.from(Ca.NOW.plus(Duration.ofDays(1)));
    return new X509v3CertificateBuilder(HOST, BigInteger.ONE, start, end, HOST, info(keys))
        .build(signer(keys, "SHA256withECDSA"))
        .getEncoded();
  }

  /// Rightly signed, but of another version of the format.
  static byte[] version(KeyPair keys, BigInteger version) throws IOException {
    var content = new ASN1EncodableVector();
    content.add(new ASN1Integer(version));
    content.add(HOST);
    content.add(info(keys));
    content.add(new DERTaggedObject(false, 0, new DERSet()));
    return signed(new DERSequence(content), keys);
  }

  /// Rightly signed, but four bits of the key are missing.
  static byte[] withPadBits(KeyPair keys) {
    try {
      var key = ASN1Sequence.getInstance(keys.getPublic().getEncoded());
      byte[] point = ASN1BitString.getInstance(key.getObjectAt(1)).getOctets();
      point[point.length - 1] &= (byte) 0xf0;
      var content = new ASN1EncodableVector();
      content.add(new ASN1Integer(0));
      content.add(HOST);
      content.add(sequence(key.getObjectAt(0), new DERBitString(point, 4)));
      content.add(new DERTaggedObject(false, 0, new DERSet()));
      return signed(new DERSequence(content), keys);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] withSignature(byte[] request, byte[] signature) throws IOException {
    var parts = ASN1Sequence.getInstance(request);
    return sequence(parts.getObjectAt(0), parts.getObjectAt(1), new DERBitString(signature))
        .getEncoded();
  }

  static byte[] withSignatureOf(byte[] request, byte[] other) throws IOException {
    var parts = ASN1Sequence.getInstance(request);
    var others = ASN1Sequence.getInstance(other);
    return sequence(parts.getObjectAt(0), parts.getObjectAt(1), others.getObjectAt(2)).getEncoded();
  }

  static byte[] withAlgorithm(byte[] request, ASN1ObjectIdentifier algorithm) throws IOException {
    var parts = ASN1Sequence.getInstance(request);
    return sequence(parts.getObjectAt(0), new AlgorithmIdentifier(algorithm), parts.getObjectAt(2))
        .getEncoded();
  }

  /// Another subject of the same length, the signature left as it was.
  static byte[] changed(byte[] request, String before, String after) {
    var text = new String(request, StandardCharsets.ISO_8859_1);
    var changed = text.replace(before.substring(3), after.substring(3));
    return changed.getBytes(StandardCharsets.ISO_8859_1);
  }

  static String pem(byte[] request) {
    return "-----BEGIN CERTIFICATE REQUEST-----\n"
        + Base64.getMimeEncoder().encodeToString(request)
        + "\n-----END CERTIFICATE REQUEST-----\n";
  }

  private static byte[] signed(DERSequence content, KeyPair keys) throws IOException {
    try {
      var signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(content.getEncoded());
      var algorithm = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
      return sequence(content, algorithm, new DERBitString(signature.sign())).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PKCS10CertificationRequestBuilder draft(SubjectPublicKeyInfo key) {
    return new PKCS10CertificationRequestBuilder(HOST, key);
  }

  private static byte[] built(PKCS10CertificationRequestBuilder draft, ContentSigner signer) {
    try {
      return draft.build(signer).getEncoded();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ContentSigner signer(KeyPair keys, String algorithm) {
    try {
      return new JcaContentSignerBuilder(algorithm).build(keys.getPrivate());
    } catch (OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SubjectPublicKeyInfo info(KeyPair keys) {
    return SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded());
  }

  private static DERSequence sequence(ASN1Encodable... parts) {
    return new DERSequence(parts);
  }
}
