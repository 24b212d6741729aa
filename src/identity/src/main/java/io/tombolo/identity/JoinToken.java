package io.tombolo.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// A fresh join token.
///
/// @param text what the host presents; a secret
/// @param id tells this token from others in logs; no secret
public record JoinToken(String text, String id, Grant grant, Instant expires) {
  private static final String PREFIX = "tombolo-join-1.";
  private static final int RANDOM_BYTES = 32;
  private static final Pattern FORM = Pattern.compile("tombolo-join-1\\.[A-Za-z0-9_-]{43}");

  static String randomText(SecureRandom random) {
    var bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static boolean hasForm(String text) {
    return text.length() == PREFIX.length() + 43 && FORM.matcher(text).matches();
  }

  /// What is kept of a token: SHA-256 in hex. It is looked up as a whole, so that no secret is ever
  /// compared byte by byte, and says nothing about a token that is close to another.
  static String hash(String text) {
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  static String idOf(String hash) {
    return hash.substring(0, 12);
  }

  @Override
  public String toString() {
    return "join token %s [not shown] for %s until %s".formatted(id, grant, expires);
  }
}
