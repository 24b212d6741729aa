package io.tombolo.mesh.scope;

import io.tombolo.mesh.identity.SpiffeId;
import java.util.List;

/// A connected proxy: what its certificate proves, and what it says about itself.
///
/// @param nodeId `<world>/<source>/<namespace>/<workload instance>`
/// @param identity from its certificate
/// @param network where it runs, so which addresses it reaches directly
/// @param upstreams if not empty, it wants to hear of these services only
/// @param reports can it report the calls that reach it?
public record Proxy(
    String nodeId,
    SpiffeId identity,
    Role role,
    String network,
    String zone,
    List<Upstream> upstreams,
    boolean reports) {
  /// What a proxy is for.
  public sealed interface Role {
    /// Stands beside a workload.
    record Sidecar() implements Role {}

    /// A gRPC server that enforces its rules itself.
    record GrpcServer() implements Role {}

    /// Passes TLS through between networks.
    record MeshGateway() implements Role {}
  }

  public Proxy {
    upstreams = List.copyOf(upstreams);
  }

  /// One that reports nothing.
  public Proxy(
      String nodeId,
      SpiffeId identity,
      Role role,
      String network,
      String zone,
      List<Upstream> upstreams) {
    this(nodeId, identity, role, network, zone, upstreams, false);
  }
}
