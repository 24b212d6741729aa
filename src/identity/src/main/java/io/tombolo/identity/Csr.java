package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/// A certificate request (PKCS#10, RFC 2986) from a host. It carries a public key and the proof
/// that the sender has the private one; whatever else it asks for matters only to authorities
/// outside.
public final class Csr {
  static final int MOST_BYTES = 16 * 1024;

  private static final Map<ASN1ObjectIdentifier, String> FOR_EC =
      Map.of(
          X9ObjectIdentifiers.ecdsa_with_SHA256, "SHA256withECDSA",
          X9ObjectIdentifiers.ecdsa_with_SHA384, "SHA384withECDSA",
          X9ObjectIdentifiers.ecdsa_with_SHA512, "SHA512withECDSA");
  private static final Map<ASN1ObjectIdentifier, String> FOR_RSA =
      Map.of(
          PKCSObjectIdentifiers.sha256WithRSAEncryption, "SHA256withRSA",
          PKCSObjectIdentifiers.sha384WithRSAEncryption, "SHA384withRSA",
          PKCSObjectIdentifiers.sha512WithRSAEncryption, "SHA512withRSA");

  private Csr() {}

  /// What a request comes to.
  public sealed interface Result {
    record Accepted(PublicKey key) implements Result {}

    /// @param reason what is wrong with which field; fit for a log and for the sender
    record Refused(String reason) implements Result {}
  }

  /// The public key of a request in DER, if it is one that may get a certificate and the request is
  /// signed with it.
  public static Result publicKeyOf(byte[] der) {
    if (der.length == 0 || der.length > MOST_BYTES) {
      return refused("it has %d bytes; 1 to %d are allowed".formatted(der.length, MOST_BYTES));
    }
    try {
      Der.requireOneValue(der);
    } catch (IllegalArgumentException notDer) {
      return refused("it is not DER: " + notDer.getMessage());
    }
    try {
      var request = CertificationRequest.getInstance(der);
      // BouncyCastle does not look at what follows the signature.
      return Arrays.equals(request.getEncoded(ASN1Encoding.DER), der)
          ? checked(request)
          : refused("it has more in it than a PKCS#10 certificate request");
    } catch (RuntimeException | IOException notACsr) {
      // BouncyCastle has no one exception for input that is not what it says.
      return refused("it is not a PKCS#10 certificate request");
    }
  }

  /// Why a request that [#publicKeyOf] accepts does not ask for this identity and nothing else;
  /// empty if it does. Authorities outside copy what a request asks for, so they get no other.
  public static Optional<String> problemNaming(SpiffeId identity, byte[] der) {
    try {
      return named(identity, CertificationRequest.getInstance(der).getCertificationRequestInfo())
          ? Optional.empty()
          : Optional.of(
              "certificate request: it must ask for the URI %s and for nothing else"
                  .formatted(identity));
    } catch (RuntimeException notACsr) {
      // BouncyCastle has no one exception for input that is not what it says.
      return Optional.of("certificate request: what it asks for cannot be read");
    }
  }

  private static boolean named(SpiffeId identity, CertificationRequestInfo content) {
    var attributes = content.getAttributes();
    if (X500Name.getInstance(content.getSubject()).size() != 0
        || attributes == null
        || attributes.size() != 1) {
      return false;
    }
    var attribute = Attribute.getInstance(attributes.getObjectAt(0));
    if (!attribute.getAttrType().equals(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)
        || attribute.getAttrValues().size() != 1) {
      return false;
    }
    var extensions = Extensions.getInstance(attribute.getAttrValues().getObjectAt(0));
    var names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
    return extensions.getExtensionOIDs().length == 1
        && names != null
        && names.getNames().length == 1
        && names.getNames()[0].getTagNo() == GeneralName.uniformResourceIdentifier
        && ASN1IA5String.getInstance(names.getNames()[0].getName())
            .getString()
            .equals(identity.toString());
  }

  private static Result checked(CertificationRequest request) throws IOException {
    var content = request.getCertificationRequestInfo();
    if (!content.getVersion().hasValue(0)) {
      return refused("version: it must be 0");
    }
    var info = content.getSubjectPublicKeyInfo();
    var problem = KeyRules.problem(info);
    if (problem.isPresent()) {
      return refused(problem.get());
    }
    byte[] signed = content.getEncoded(ASN1Encoding.DER);
    return verified(request, info, signed);
  }

  private static Result verified(
      CertificationRequest request, SubjectPublicKeyInfo info, byte[] signed) throws IOException {
    var algorithm = request.getSignatureAlgorithm().getAlgorithm();
    var ec = info.getAlgorithm().getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey);
    String name = (ec ? FOR_EC : FOR_RSA).get(algorithm);
    if (name == null) {
      return refused(
          "signature: its algorithm is %s; sign with the request's key and SHA-256"
              .formatted(KeyRules.printable(algorithm)));
    }
    // Not signed, and without meaning here (RFC 5758 section 3.2, RFC 4055 section 5).
    var parameters = request.getSignatureAlgorithm().getParameters();
    if (parameters != null && (ec || !DERNull.INSTANCE.equals(parameters))) {
      return refused("signature: its algorithm has no parameters");
    }
    try {
      var key = KeyRules.read(info, info.getEncoded(ASN1Encoding.DER));
      var verifier = Signature.getInstance(name);
      verifier.initVerify(key);
      verifier.update(signed);
      return verifier.verify(request.getSignature().getOctets())
          ? new Result.Accepted(key)
          : refused("signature: it was not made with the key of the request");
    } catch (GeneralSecurityException notASignature) {
      return refused("signature: it was not made with the key of the request");
    }
  }

  private static Result refused(String reason) {
    return new Result.Refused("certificate request refused: " + reason);
  }
}
