package io.tombolo.kubernetes;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.identity.TrustDomain;

/// What must be known of a cluster to tell what its objects mean.
///
/// @param network the network of its pods, for addresses that no network declares
public record Cluster(SourceId source, TrustDomain trustDomain, String network, Networks networks) {
  public Cluster {
    Names.requireLabel("the name of a network", network);
  }
}
