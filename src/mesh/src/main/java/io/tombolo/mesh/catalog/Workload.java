package io.tombolo.mesh.catalog;

import io.tombolo.mesh.identity.SpiffeId;

/// What has an identity: a pod, or an instance of a service on a VM.
///
/// @param instance the pod's name, or the ID of the Consul service instance; together with source
///   and namespace it is a proxy's `node.id`
public record Workload(SourceId source, String namespace, String instance, SpiffeId identity) {
  /// `<world>/<source>/<namespace>/<instance>`.
  public String nodeId() {
    return source + "/" + namespace + "/" + instance;
  }
}
