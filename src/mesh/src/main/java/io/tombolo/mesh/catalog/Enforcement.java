package io.tombolo.mesh.catalog;

import java.util.Locale;
import java.util.Optional;

/// What intentions about a service do. Each step is stricter than the one before; whoever is banned
/// or has no certificate of the mesh is kept out in all of them.
public enum Enforcement {
  /// Nothing: whoever is of the mesh may call.
  PERMISSIVE,
  /// The proxy lets whoever is of the mesh in, and counts and logs what intentions deny.
  AUDIT,
  /// They decide.
  ENFORCE;

  /// The step that a source names; empty if there is none of this name.
  public static Optional<Enforcement> named(String name) {
    return switch (name) {
      case "permissive" -> Optional.of(PERMISSIVE);
      case "audit" -> Optional.of(AUDIT);
      case "enforce" -> Optional.of(ENFORCE);
      default -> Optional.empty();
    };
  }

  /// Why a name that is none is not taken, and the way out.
  public static String unknown(String name) {
    return "must be \"permissive\", \"audit\" or \"enforce\", not \"%s\"; intentions are enforced"
        .formatted(Names.printable(name));
  }

  /// Its name in configuration and objects.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean isLessThan(Enforcement other) {
    return compareTo(other) < 0;
  }
}
