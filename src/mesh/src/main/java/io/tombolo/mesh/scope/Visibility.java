package io.tombolo.mesh.scope;

/// Which services a sidecar that declares no upstreams is told of.
public enum Visibility {
  /// Those that the intentions let its identity call.
  ALLOWED,
  /// All of them. What may be called is enforced all the same, where the call arrives.
  EVERYTHING
}
