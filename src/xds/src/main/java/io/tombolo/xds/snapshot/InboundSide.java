package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.flow.Mesh;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is particular to one sidecar, and what it follows from, so that it is derived again only
/// when that changes.
///
/// @param mesh that it was last found right for; null before the first
/// @param spec what the proxy serves; null if it serves nothing
record InboundSide(@Nullable Mesh mesh, Workloads.@Nullable Spec spec, Own own) {
  static final InboundSide NOTHING = new InboundSide(null, null, Own.NOTHING);

  /// What it is in this mesh.
  InboundSide at(Mesh next, Workloads.Key key) {
    if (mesh != null && alike(mesh, next, key.nodeId())) {
      return new InboundSide(next, spec, own);
    }
    var nextSpec = Workloads.spec(next, key);
    if (nextSpec == null) {
      return NOTHING;
    }
    var before = spec == null ? nextSpec.empty() : spec;
    return new InboundSide(
        next, nextSpec, nextSpec.equals(spec) ? own : own.then(before, nextSpec));
  }

  /// What of it cannot be enforced as it is written, each in a sentence.
  List<String> problems() {
    return spec == null ? List.of() : spec.problems();
  }

  @SuppressWarnings("ReferenceEquality") // what was not touched is the same
  private static boolean alike(Mesh one, Mesh other, String nodeId) {
    var served = served(one, nodeId);
    return one.settings() == other.settings()
        && served == served(other, nodeId)
        && served.stream()
            .map(Mesh.Served::service)
            .allMatch(service -> alike(service, one, other));
  }

  @SuppressWarnings("ReferenceEquality") // what was not touched is the same
  private static boolean alike(Service service, Mesh one, Mesh other) {
    return one.policies().get(service.id()) == other.policies().get(service.id())
        && (one.naming() == other.naming() || one.naming().isAlikeAround(service, other.naming()));
  }

  private static List<Mesh.Served> served(Mesh mesh, String nodeId) {
    return mesh.servedBy().getOrDefault(nodeId, List.of());
  }
}
