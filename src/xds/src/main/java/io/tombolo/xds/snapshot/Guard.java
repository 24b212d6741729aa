package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.policy.InboundPolicy;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Who may call a destination: whoever one of the services behind it lets in. And who may come to
/// it by a route: whoever may call a service whose requests are sent here.
///
/// @param listeners of its virtual addresses, by name
record Guard(
    List<InboundPolicy> policies, List<InboundPolicy> policiesOfRouted, Set<String> listeners) {
  static final Guard NOBODY = new Guard(List.of(), List.of(), Set.of());

  static Guard of(Service called, Mesh mesh, Set<String> listeners) {
    var routed =
        mesh.routes().byBackend().getOrDefault(called.id(), Set.of()).stream()
            .sorted(Comparator.naturalOrder())
            .map(mesh.catalog().services()::get)
            .flatMap(Stream::ofNullable)
            .flatMap(parent -> policies(parent, mesh))
            .toList();
    return new Guard(policies(called, mesh).toList(), routed, listeners);
  }

  private static Stream<InboundPolicy> policies(Service called, Mesh mesh) {
    return mesh.naming().behind(called).stream()
        .map(service -> mesh.policies().getOrDefault(service.id(), InboundPolicy.NOBODY));
  }
}
