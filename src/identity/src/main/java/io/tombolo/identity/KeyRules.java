package io.tombolo.identity;

import io.tombolo.mesh.catalog.Names;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;

/// Which public keys get certificates: EC P-256 and P-384 by name, RSA of 2048 to 4096 bits.
final class KeyRules {
  private static final Map<ASN1ObjectIdentifier, Integer> COORDINATE_BYTES =
      Map.of(SECObjectIdentifiers.secp256r1, 32, SECObjectIdentifiers.secp384r1, 48);
  private static final BigInteger LARGEST_EXPONENT = BigInteger.ONE.shiftLeft(32);
  private static final BigInteger SMALLEST_EXPONENT = BigInteger.valueOf(65537);

  private KeyRules() {}

  /// Why this key gets no certificate; empty if it may have one.
  static Optional<String> problem(SubjectPublicKeyInfo key) {
    if (key.getPublicKeyData().getPadBits() != 0) {
      return Optional.of("key: its bits are not whole bytes");
    }
    var algorithm = key.getAlgorithm().getAlgorithm();
    if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      return ecProblem(key);
    }
    if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
      return rsaProblem(key);
    }
    return Optional.of("key: its algorithm is " + printable(algorithm) + "; make an EC P-256 key");
  }

  /// The key for Java's own use.
  ///
  /// @throws GeneralSecurityException if Java does not accept it
  static PublicKey read(SubjectPublicKeyInfo key, byte[] encoded) throws GeneralSecurityException {
    var ec = key.getAlgorithm().getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey);
    return KeyFactory.getInstance(ec ? "EC" : "RSA")
        .generatePublic(new X509EncodedKeySpec(encoded));
  }

  /// The dots and digits of an identifier may be thousands.
  static String printable(ASN1ObjectIdentifier identifier) {
    return Names.printable(identifier.getId());
  }

  private static Optional<String> ecProblem(SubjectPublicKeyInfo key) {
    if (!(key.getAlgorithm().getParameters() instanceof ASN1ObjectIdentifier curve)) {
      return Optional.of("key: its curve is not given by name; use P-256 or P-384");
    }
    Integer bytes = COORDINATE_BYTES.get(curve);
    if (bytes == null) {
      return Optional.of("key: its curve is " + printable(curve) + "; use P-256 or P-384");
    }
    byte[] point = key.getPublicKeyData().getOctets();
    if (point.length != 1 + 2 * bytes || point[0] != 4) {
      return Optional.of("key: its point is not in the uncompressed form of its curve");
    }
    try {
      // Checks the equation of the curve; the point at infinity has another form.
      var _ = CustomNamedCurves.getByOID(curve).getCurve().decodePoint(point);
      return Optional.empty();
    } catch (IllegalArgumentException notOnTheCurve) {
      return Optional.of("key: its point is not on its curve");
    }
  }

  private static Optional<String> rsaProblem(SubjectPublicKeyInfo key) {
    RSAPublicKey rsa;
    try {
      rsa = RSAPublicKey.getInstance(key.parsePublicKey());
      // What a negative or padded number is read as differs between implementations.
      var shortest = new RSAPublicKey(rsa.getModulus(), rsa.getPublicExponent()).getEncoded();
      if (!Arrays.equals(shortest, key.getPublicKeyData().getOctets())) {
        return Optional.of("key: its numbers are not positive ones in DER");
      }
    } catch (IOException | IllegalArgumentException notRsa) {
      return Optional.of("key: it is not an RSA key, though it says so");
    }
    int bits = rsa.getModulus().bitLength();
    if (bits < 2048 || bits > 4096 || !rsa.getModulus().testBit(0)) {
      return Optional.of(
          "key: an RSA key has an odd modulus of 2048 to 4096 bits here, not of " + bits);
    }
    var exponent = rsa.getPublicExponent();
    boolean common =
        exponent.testBit(0)
            && exponent.compareTo(SMALLEST_EXPONENT) >= 0
            && exponent.compareTo(LARGEST_EXPONENT) < 0;
    return common
        ? Optional.empty()
        : Optional.of("key: its RSA exponent is not an odd number from 65537 to 2^32");
  }
}
