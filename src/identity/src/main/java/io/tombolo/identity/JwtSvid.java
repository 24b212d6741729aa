package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import java.time.Instant;

/// A JWT-SVID that was issued.
///
/// @param token JWS compact serialization (JWT-SVID, section 5.1); secret: whoever has it is taken
///   for its subject
/// @param id tells it from all others; its `jti`
/// @param keyId of the key that signed it; its `kid`
/// @param expires to the second
public record JwtSvid(SpiffeId identity, String token, String id, String keyId, Instant expires) {
  /// One line for the log, without the token.
  @Override
  public String toString() {
    return "JWT %s of %s, key %s, until %s".formatted(id, identity, keyId, expires);
  }
}
