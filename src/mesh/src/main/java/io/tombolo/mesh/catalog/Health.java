package io.tombolo.mesh.catalog;

/// How fit an endpoint is, on one scale for both worlds.
///
/// | Kubernetes | Consul | here |
/// |---|---|---|
/// | ready | passing | HEALTHY |
/// | | warning | DEGRADED |
/// | terminating, still serving | | DRAINING |
/// | not ready | critical | UNHEALTHY |
public enum Health {
  HEALTHY,
  /// Gets traffic when the healthy ones do not suffice.
  DEGRADED,
  /// Finishes what it has and gets nothing new.
  DRAINING,
  /// Is not told to proxies.
  UNHEALTHY
}
