package io.tombolo.mesh.policy;

import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.catalog.Service;

/// How far intentions are adopted.
///
/// @param byDefault what they do at services that say nothing
/// @param least what they do at services that ask for less
public record Adoption(Enforcement byDefault, Enforcement least) {
  /// They decide everywhere.
  public static final Adoption ENFORCED = new Adoption(Enforcement.ENFORCE, Enforcement.ENFORCE);

  public Adoption {
    if (byDefault.isLessThan(least)) {
      throw new IllegalArgumentException(
          "must be at least what is the least, %s; raise it, or lower the least"
              .formatted(least.label()));
    }
  }

  /// What intentions do at a service.
  public Enforcement at(Service service) {
    var asked = service.enforcement().orElse(byDefault);
    return asked.isLessThan(least) ? least : asked;
  }
}
