package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.InboundPolicy;
import java.util.List;

/// Who may call a destination: whoever one of the services behind it lets in.
record Guard(List<InboundPolicy> policies) {
  static Guard of(Service called, Mesh mesh) {
    return new Guard(
        mesh.naming().behind(called).stream()
            .map(service -> mesh.policies().getOrDefault(service.id(), InboundPolicy.NOBODY))
            .toList());
  }

  boolean lets(SpiffeId caller) {
    return policies.stream().anyMatch(policy -> policy.decide(caller).allowed());
  }
}
