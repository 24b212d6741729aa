package io.tombolo.identity;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.SpiffeId;

/// What a join token gives to the host that presents it.
///
/// @param node the node id of the proxy that is to run there
/// @param host the name of the host the token was made for
public record Grant(SpiffeId identity, String node, String host) {
  public Grant {
    requirePlain("the node id of a join token", node, 512);
    requirePlain("the host of a join token", host, 253);
  }

  private static void requirePlain(String what, String text, int most) {
    boolean plain = text.chars().allMatch(c -> c > ' ' && c < 127);
    if (text.isEmpty() || text.length() > most || !plain) {
      throw new IllegalArgumentException(
          "%s must be 1 to %d printable ASCII characters without spaces, not \"%s\""
              .formatted(what, most, Names.printable(text)));
    }
  }
}
