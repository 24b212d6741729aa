package io.tombolo.mesh.catalog;

import java.util.Locale;

/// Where workloads are registered.
public enum World {
  KUBERNETES,
  CONSUL;

  /// `kubernetes` or `consul`.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
