package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.InboundPolicy;
import java.util.List;
import java.util.Set;

/// Who may call a destination: whoever one of the services behind it lets in.
///
/// @param listeners of its virtual addresses, by name
record Guard(List<InboundPolicy> policies, Set<String> listeners) {
  static final Guard NOBODY = new Guard(List.of(), Set.of());

  static Guard of(Service called, Mesh mesh, Set<String> listeners) {
    return new Guard(
        mesh.naming().behind(called).stream()
            .map(service -> mesh.policies().getOrDefault(service.id(), InboundPolicy.NOBODY))
            .toList(),
        listeners);
  }

  boolean lets(SpiffeId caller) {
    return policies.stream().anyMatch(policy -> policy.decide(caller).allowed());
  }
}
