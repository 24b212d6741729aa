package io.tombolo.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The key-encryption key: 256 bits that seal the authority's keys with AES-256-GCM (NIST SP
/// 800-38D). Thread-safe.
public final class Kek {
  private static final int BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final SecretKeySpec key;
  private final String id;

  private Kek(byte[] bytes) {
    key = new SecretKeySpec(bytes, "AES");
    id = HexFormat.of().formatHex(idOf(bytes), 0, 8);
  }

  /// The key in base64, as `openssl rand -base64 32` prints one.
  ///
  /// @throws IllegalArgumentException if it is not 32 bytes in base64
  public static Kek parse(String base64) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64.strip());
    } catch (IllegalArgumentException notBase64) {
      bytes = new byte[0];
    }
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          "the key-encryption key must be 32 bytes in base64, such as of: openssl rand -base64 32");
    }
    return new Kek(bytes);
  }

  /// A fresh key, in the form that `parse` reads.
  static String generate(SecureRandom random) {
    var bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  /// Tells this key from others and nothing else about it.
  String id() {
    return id;
  }

  /// @param context what only the same context opens again
  byte[] seal(byte[] secret, byte[] context, SecureRandom random) {
    var nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, context).doFinal(secret);
      byte[] all = Arrays.copyOf(nonce, nonce.length + sealed.length);
      System.arraycopy(sealed, 0, all, nonce.length, sealed.length);
      return all;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-256-GCM does not work in this Java", e);
    }
  }

  /// What was sealed, or empty if it was changed since, or sealed by another key or in another
  /// context.
  Optional<byte[]> open(byte[] sealed, byte[] context) {
    if (sealed.length < NONCE_BYTES + TAG_BITS / 8) {
      return Optional.empty();
    }
    try {
      var cipher = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE_BYTES), context);
      return Optional.of(cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES));
    } catch (AEADBadTagException changed) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-256-GCM does not work in this Java", e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, byte[] context) throws GeneralSecurityException {
    var cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(context);
    return cipher;
  }

  private static byte[] idOf(byte[] bytes) {
    try {
      var hash = MessageDigest.getInstance("SHA-256");
      hash.update("tombolo kek id\0".getBytes(StandardCharsets.UTF_8));
      return hash.digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return "kek " + id + " [not shown]";
  }
}
