package io.tombolo.mesh.catalog;

import java.util.Optional;

/// How strictly the proxy beside a service reads the requests to it, before rules judge them.
public enum HttpProfile {
  /// What can be read in two ways is refused: rules and application see the same request.
  STRICT,
  /// Paths are normalised and nothing is refused: an application may understand a request otherwise
  /// than the rules did.
  RELAXED;

  /// The profile that a source names; empty if there is none of this name.
  public static Optional<HttpProfile> named(String name) {
    return switch (name) {
      case "strict" -> Optional.of(STRICT);
      case "relaxed" -> Optional.of(RELAXED);
      default -> Optional.empty();
    };
  }

  /// Why a name that is none is not taken, and the way out.
  public static String unknown(String name) {
    return "must be \"strict\" or \"relaxed\", not \"%s\"; the service is held to the strict profile"
        .formatted(Names.printable(name));
  }
}
