package io.tombolo.kubernetes;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.identity.TrustDomain;

/// What must be known of a cluster to tell what its objects mean.
///
/// @param network the network of its pods, for addresses that no network declares
public record Cluster(
    SourceId source,
    TrustDomain trustDomain,
    String network,
    Networks networks,
    WithoutPod withoutPod) {

  /// What becomes of an endpoint that names no pod.
  public enum WithoutPod {
    /// Quarantined: nothing says whose address it is.
    QUARANTINED,
    /// A pod of the namespace's `default` account is assumed. For benches, where most pods exist in
    /// slices only; anywhere else it would give away that identity.
    ASSUMED
  }

  public Cluster {
    Names.requireLabel("the name of a network", network);
  }

  public Cluster(SourceId source, TrustDomain trustDomain, String network, Networks networks) {
    this(source, trustDomain, network, networks, WithoutPod.QUARANTINED);
  }
}
