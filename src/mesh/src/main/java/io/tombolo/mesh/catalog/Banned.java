package io.tombolo.mesh.catalog;

import io.tombolo.mesh.identity.SpiffeId;
import java.util.Set;

/// Who may not take part: calls of these identities are denied before any rule is tried, and what
/// runs as one of them or on one of these nodes is not called.
///
/// @param nodes by [Workload#nodeId]
public record Banned(Set<SpiffeId> identities, Set<String> nodes) {
  public static final Banned NOBODY = new Banned(Set.of(), Set.of());

  public Banned {
    identities = Set.copyOf(identities);
    nodes = Set.copyOf(nodes);
  }

  boolean covers(Workload workload) {
    return identities.contains(workload.identity()) || nodes.contains(workload.nodeId());
  }
}
