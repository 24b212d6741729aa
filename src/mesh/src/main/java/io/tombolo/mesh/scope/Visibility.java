package io.tombolo.mesh.scope;

/// Which services a sidecar that declares no upstreams is told of.
public enum Visibility {
  /// Those that the intentions let its identity call: at once those whose intentions name it, and
  /// of those that are for everyone or a whole namespace the ones that it calls, when it first
  /// does.
  ALLOWED,
  /// All of them. What may be called is enforced all the same, where the call arrives.
  EVERYTHING
}
