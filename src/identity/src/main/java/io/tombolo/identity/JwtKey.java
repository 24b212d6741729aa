package io.tombolo.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.HexFormat;

/// A key that signs JWT-SVIDs: ES256 (RFC 7518, section 3.4).
///
/// @param from when it begins to sign, to the second; it signs until the next one does
record JwtKey(KeyPair pair, Instant from) {
  private static final int ID_BYTES = 16;

  static JwtKey create(Instant from, SecureRandom random) {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return new JwtKey(generator.generateKeyPair(), from);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java makes no EC P-256 keys", e);
    }
  }

  PublicKey publicKey() {
    return pair.getPublic();
  }

  /// The `kid`: the first half of the SHA-256 of the public key, so that no two keys ever share
  /// one.
  String id() {
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(publicKey().getEncoded());
      return HexFormat.of().formatHex(hash, 0, ID_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  /// Has it begun to sign?
  boolean begun(Instant now) {
    return !now.isBefore(from);
  }

  /// The signature in the form of JWS: the two numbers, 32 bytes each.
  byte[] sign(String text) {
    try {
      var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(pair.getPrivate());
      signature.update(text.getBytes(StandardCharsets.US_ASCII));
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java does not sign with ES256", e);
    }
  }

  /// Without the key, whatever prints it.
  @Override
  public String toString() {
    return "key %s for JWT-SVIDs, from %s".formatted(id(), from);
  }
}
