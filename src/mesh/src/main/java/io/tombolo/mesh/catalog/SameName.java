package io.tombolo.mesh.catalog;

import java.util.Map;

/// What is to become of services of both worlds that go by the same name.
///
/// @param byDefault for names without a rule of their own
/// @param byName by the name in Consul
public record SameName(Choice byDefault, Map<String, Choice> byName) {
  /// The rule for one name.
  public enum Choice {
    /// Two services. Whoever uses the name gets the one of his own world.
    APART,
    /// One service: either name reaches the endpoints of both.
    MERGE,
    /// Either name reaches the endpoints of Kubernetes.
    PREFER_KUBERNETES,
    /// Either name reaches the endpoints of Consul.
    PREFER_CONSUL
  }

  public SameName {
    byName = Map.copyOf(byName);
  }

  public Choice choiceFor(String name) {
    return byName.getOrDefault(name, byDefault);
  }
}
