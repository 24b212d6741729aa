package io.tombolo.agent;

import io.tombolo.mesh.identity.TrustDomain;
import java.nio.file.Path;
import java.util.Optional;

/// What an agent is told at its start. Keys are not in it, and not on disk unless they are to be
/// kept there sealed: they live in the memory of the agent, so one that is started again joins
/// again.
///
/// @param controlPlane where the control plane's gRPC port is
/// @param bundleFile the pinned roots in PEM, brought to the host by whoever installs the agent
/// @param socket the Unix socket on which the SVID is served to Envoy and applications
/// @param nodeId `<world>/<source>/<namespace>/<instance>`, or `gateway/<network>/<name>`
/// @param state where to keep what it has, sealed; empty to keep nothing
public record AgentConfig(
    Address controlPlane,
    Path bundleFile,
    TrustDomain trustDomain,
    Attestation attestation,
    Path socket,
    String nodeId,
    Optional<StateFiles> state) {
  /// @param directory of what is sealed
  /// @param sealKey the file of the key that seals, not within that directory; made if it is not
  ///   there
  public record StateFiles(Path directory, Path sealKey) {}

  /// Without anything kept.
  public AgentConfig(
      Address controlPlane,
      Path bundleFile,
      TrustDomain trustDomain,
      Attestation attestation,
      Path socket,
      String nodeId) {
    this(controlPlane, bundleFile, trustDomain, attestation, socket, nodeId, Optional.empty());
  }
}
