package io.tombolo.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;

/// What seals the state of an agent: AES-256-GCM (NIST SP 800-38D) under a key that is derived
/// (HKDF, RFC 5869) from a file of the host and the machine's id. Thread-safe.
final class SealKey {
  private static final int BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKey key;

  private SealKey(SecretKey key) {
    this.key = key;
  }

  /// The key of a file, which is made (0600) if it is not there.
  ///
  /// @param machineId a file with what tells this machine from its clones; it may be missing
  /// @throws IllegalArgumentException if the file cannot be used; the message says what to do
  static SealKey of(Path file, Path machineId) {
    try {
      var secret = secret(file);
      var extract =
          HKDFParameterSpec.ofExtract()
              .addIKM(secret)
              .addSalt("tombolo agent state".getBytes(StandardCharsets.US_ASCII))
              .thenExpand(machine(machineId), BYTES);
      return new SealKey(KDF.getInstance("HKDF-SHA256").deriveKey("AES", extract));
    } catch (IOException unusable) {
      throw new IllegalArgumentException(
          "--seal-key-file: %s can neither be read nor made (%s)".formatted(file, unusable),
          unusable);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this Java has no HKDF-SHA256", impossible);
    }
  }

  private static byte[] secret(Path file) throws IOException {
    if (Files.notExists(file)) {
      byte[] fresh = new byte[BYTES];
      RANDOM.nextBytes(fresh);
      var text = Base64.getEncoder().encodeToString(fresh) + "\n";
      PrivateFile.write(file, text.getBytes(StandardCharsets.US_ASCII));
    }
    PrivateFile.requirePrivate("--seal-key-file", file);
    try {
      var text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      byte[] secret = Base64.getDecoder().decode(text);
      if (secret.length == BYTES) {
        return secret;
      }
    } catch (IllegalArgumentException notBase64) {
      // As below.
    }
    throw new IllegalArgumentException(
        "--seal-key-file: %s is not 32 bytes in base64, as of: openssl rand -base64 32"
            .formatted(file));
  }

  private static byte[] machine(Path file) throws IOException {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1)
          .strip()
          .getBytes(StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException none) {
      return new byte[0];
    }
  }

  /// @param context what only the same context opens again
  byte[] seal(byte[] secret, String context) {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, context).doFinal(secret);
      byte[] all = Arrays.copyOf(nonce, nonce.length + sealed.length);
      System.arraycopy(sealed, 0, all, nonce.length, sealed.length);
      return all;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("AES-256-GCM does not work in this Java", impossible);
    }
  }

  /// What was sealed; empty if it was changed since, or sealed by another key or in another
  /// context.
  Optional<byte[]> open(byte[] sealed, String context) {
    if (sealed.length < NONCE_BYTES + TAG_BITS / 8) {
      return Optional.empty();
    }
    try {
      var cipher = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE_BYTES), context);
      return Optional.of(cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES));
    } catch (AEADBadTagException changed) {
      return Optional.empty();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("AES-256-GCM does not work in this Java", impossible);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String context) throws GeneralSecurityException {
    var cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  @Override
  public String toString() {
    return "seal key [not shown]";
  }
}
