package io.tombolo.identity;

import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// The keys for JWT-SVIDs of a trust domain in a vault, sealed: `jwt-1`, `jwt-2` and so on. A key
/// opens only for the number, the trust domain, the time and the public key it was sealed with.
record SealedJwtKeys(KeyVault vault, Kek kek, TrustDomain trustDomain, SecureRandom random) {
  private static final String BASE64 = "([A-Za-z0-9+/]+={0,2})";
  private static final String ENTRY =
      "tombolo-jwt 1\npurpose %s\ntrust-domain %s\nkek %s\nfrom %s\npublic-key %s\nsealed-key %s\n";
  private static final Pattern FORM =
      Pattern.compile(
          ENTRY.formatted(
              "([a-z0-9-]+)", "(\\S+)", "([0-9a-f]{16})", "([0-9TZ:-]{20})", BASE64, BASE64));

  static String entry(int number) {
    return "jwt-" + number;
  }

  /// @param number keys are counted from 1
  /// @throws StateUnusable if there is an entry that is not this trust domain's key of this number,
  ///   sealed with this key
  Optional<JwtKey> load(int number) throws IOException {
    return vault.load(entry(number)).map(entry -> open(entry(number), entry));
  }

  /// Keeps a key unless there is one of this number.
  ///
  /// @return the key that is kept now
  JwtKey create(int number, JwtKey key) throws IOException {
    var purpose = entry(number);
    return open(purpose, vault.create(purpose, seal(purpose, key)));
  }

  private byte[] seal(String purpose, JwtKey key) {
    byte[] secret = key.pair().getPrivate().getEncoded();
    try {
      byte[] publicKey = key.publicKey().getEncoded();
      byte[] sealed = kek.seal(secret, context(purpose, key.from().toString(), publicKey), random);
      var base64 = Base64.getEncoder();
      return ENTRY
          .formatted(
              purpose,
              trustDomain,
              kek.id(),
              key.from(),
              base64.encodeToString(publicKey),
              base64.encodeToString(sealed))
          .getBytes(StandardCharsets.US_ASCII);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private JwtKey open(String purpose, byte[] entry) {
    var fields = FORM.matcher(new String(entry, StandardCharsets.ISO_8859_1));
    if (!fields.matches()) {
      throw unusable(purpose, "is not an entry that Tombolo wrote");
    }
    var problem = SealedEntry.problem(fields, purpose, trustDomain, kek);
    if (problem.isPresent()) {
      throw unusable(purpose, problem.get());
    }
    try {
      return key(purpose, fields);
    } catch (GeneralSecurityException | IllegalArgumentException | DateTimeException damaged) {
      throw changed(purpose);
    }
  }

  private JwtKey key(String purpose, MatchResult fields) throws GeneralSecurityException {
    byte[] publicKey = SealedEntry.decoded(fields.group(5));
    byte[] secret =
        kek.open(SealedEntry.decoded(fields.group(6)), context(purpose, fields.group(4), publicKey))
            .orElseThrow(() -> changed(purpose));
    try {
      var factory = KeyFactory.getInstance("EC");
      var pair =
          new KeyPair(
              factory.generatePublic(new X509EncodedKeySpec(publicKey)),
              factory.generatePrivate(new PKCS8EncodedKeySpec(secret)));
      return new JwtKey(pair, Instant.parse(fields.group(4)));
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private byte[] context(String purpose, String from, byte[] publicKey) {
    var text = "tombolo jwt 1\0%s\0%s\0%s\0".formatted(purpose, trustDomain, from);
    byte[] start = text.getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(start, start.length + publicKey.length);
    System.arraycopy(publicKey, 0, all, start.length, publicKey.length);
    return all;
  }

  private StateUnusable changed(String purpose) {
    return unusable(purpose, "was changed since it was written");
  }

  private StateUnusable unusable(String purpose, String what) {
    return new StateUnusable(
        ("the key %s for JWT-SVIDs in %s %s. Restore it, and the key-encryption key, from a backup;"
                + " or move all of its %s files away: then new keys are made, and JWT-SVIDs of the"
                + " old ones are refused")
            .formatted(purpose, vault.where(), what, "jwt-*"));
  }
}
