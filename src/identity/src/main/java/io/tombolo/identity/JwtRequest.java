package io.tombolo.identity;

import io.tombolo.mesh.catalog.Names;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/// What a JWT-SVID is asked for.
///
/// @param audience who is to accept it (JWT-SVID, section 3.2); 1 to 16 values
/// @param end it ends no later than this, the end of the certificate that asks
public record JwtRequest(List<String> audience, Instant end) {
  private static final int MOST = 16;
  private static final int LONGEST = 1024;
  private static final int SHOWN = 100;

  /// @throws IllegalArgumentException if the audience is not one
  public JwtRequest {
    audience = List.copyOf(audience);
    if (audience.isEmpty() || audience.size() > MOST) {
      throw new IllegalArgumentException(
          "audience: must have 1 to %d values, not %d; name who is to accept the JWT-SVID"
              .formatted(MOST, audience.size()));
    }
    for (var one : audience) {
      if (one.isEmpty() || one.length() > LONGEST) {
        throw new IllegalArgumentException(
            "audience: each value must have 1 to %d characters, not %d"
                .formatted(LONGEST, one.length()));
      }
    }
  }

  /// The audience for the log.
  String shown() {
    return audience.stream()
        .map(one -> Names.printable(one, SHOWN))
        .collect(Collectors.joining(", "));
  }
}
