package io.tombolo.agent;

import com.google.protobuf.Struct;
import java.util.Base64;

/// A JWS in compact serialization (RFC 7515, section 7.1), read but not verified. What was read is
/// what is verified: there is one way only to write its parts.
///
/// @param header the protected header
/// @param claims the payload, which is a JSON object
/// @param signed what the signature is over, in ASCII
/// @param signature in base64url
record Jws(Struct header, Struct claims, String signed, String signature) {
  private static final int MOST = 16 * 1024;
  private static final int PARTS = 3;

  static Jws parse(String token) throws JwtRefused {
    if (token.length() > MOST) {
      throw new JwtRefused("it has %d characters, more than %d".formatted(token.length(), MOST));
    }
    var parts = token.split("\\.", -1);
    if (parts.length != PARTS) {
      throw new JwtRefused(
          "it has %d parts, not the %d of a JWS in compact serialization"
              .formatted(parts.length, PARTS));
    }
    var header = object("header", parts[0]);
    var claims = object("payload", parts[1]);
    if (decoded("signature", parts[2]).length == 0) {
      throw new JwtRefused("signature: it is empty");
    }
    return new Jws(header, claims, parts[0] + "." + parts[1], parts[2]);
  }

  private static Struct object(String part, String base64) throws JwtRefused {
    try {
      return StrictJson.object(decoded(part, base64));
    } catch (IllegalArgumentException wrong) {
      throw new JwtRefused(part + ": " + wrong.getMessage());
    }
  }

  /// Java's decoder takes padding, and ignores bits after the last byte; here nothing is ignored.
  private static byte[] decoded(String part, String base64) throws JwtRefused {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(base64);
      if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(base64)) {
        return bytes;
      }
    } catch (IllegalArgumentException notBase64) {
      // Told below.
    }
    throw new JwtRefused(part + ": it is not base64url without padding");
  }
}
