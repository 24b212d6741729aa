package io.tombolo.xds.snapshot;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;

/// Which resources an identity may see. What a proxy says about itself narrows this, never widens
/// it.
public record Access(TrustDomain trustDomain) {
  /// What there is to see.
  public sealed interface What {
    /// Clusters, endpoints, routes and outbound listeners.
    record Services() implements What {}

    /// How the workloads of an identity are reached, and who may.
    record InboundOf(SpiffeId workload) implements What {}

    /// What the mesh gateways of a network pass through.
    record Gateway(String network) implements What {}
  }

  public boolean may(SpiffeId who, What what) {
    return switch (what) {
      case What.Services() ->
          who.trustDomain().equals(trustDomain) && who.path().startsWith("/ns/");
      case What.InboundOf(var workload) ->
          who.trustDomain().equals(trustDomain) && who.equals(workload);
      case What.Gateway(var network) -> who.equals(SpiffeId.meshGateway(trustDomain, network));
    };
  }
}
