package io.tombolo.e2e;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;

/// Signs tokens (JWT) with a key of its own.
///
/// @param algorithm `RS256` or `ES256`
record TokenIssuer(String algorithm, KeyPair keys) {
  private static final int COORDINATE = 32;

  static TokenIssuer rsa() {
    return new TokenIssuer("RS256", pair("RSA", 2048));
  }

  static TokenIssuer ec() {
    return new TokenIssuer("ES256", pair("EC", 256));
  }

  private static KeyPair pair(String kind, int bits) {
    try {
      var generator = KeyPairGenerator.getInstance(kind);
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Its public key as a JWK set.
  String jwks() {
    var key =
        switch (keys.getPublic()) {
          case RSAPublicKey rsa ->
              "\"kty\": \"RSA\", \"n\": \"%s\", \"e\": \"%s\""
                  .formatted(unsigned(rsa.getModulus(), 256), unsigned(rsa.getPublicExponent(), 3));
          case ECPublicKey ec ->
              "\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"%s\", \"y\": \"%s\""
                  .formatted(
                      unsigned(ec.getW().getAffineX(), COORDINATE),
                      unsigned(ec.getW().getAffineY(), COORDINATE));
          default -> throw new IllegalStateException("no such key: " + algorithm);
        };
    return "{\"keys\": [{\"kid\": \"k\", \"alg\": \"%s\", %s}]}".formatted(algorithm, key);
  }

  private static String unsigned(BigInteger number, int length) {
    var bytes = number.toByteArray();
    var fixed = new byte[length];
    int most = Math.min(bytes.length, length);
    System.arraycopy(bytes, bytes.length - most, fixed, length - most, most);
    return base64(fixed);
  }

  /// @param claims JSON
  String sign(String claims) {
    var signed = unsigned(algorithm, claims);
    try {
      var signature =
          Signature.getInstance(
              algorithm.equals("RS256") ? "SHA256withRSA" : "SHA256withECDSAinP1363Format");
      signature.initSign(keys.getPrivate());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + base64(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Header and claims, without a signature.
  static String unsigned(String algorithm, String claims) {
    var header = "{\"alg\": \"%s\", \"kid\": \"k\", \"typ\": \"JWT\"}".formatted(algorithm);
    return base64(header.getBytes(StandardCharsets.UTF_8))
        + "."
        + base64(claims.getBytes(StandardCharsets.UTF_8));
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
