package io.tombolo.server.flows;

import io.tombolo.mesh.identity.SpiffeId;

/// A proxy that reports.
///
/// @param identity from its certificate
/// @param provenNode the node id that was proven for its certificate; empty if none was
/// @param statedNode the node id that it says it has
public record Sender(SpiffeId identity, String provenNode, String statedNode) {
  String node() {
    return provenNode.isEmpty() ? statedNode : provenNode;
  }
}
