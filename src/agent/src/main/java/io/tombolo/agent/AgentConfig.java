package io.tombolo.agent;

import io.tombolo.mesh.identity.TrustDomain;
import java.nio.file.Path;

/// What an agent is told at its start. Keys are not in it and never on disk: they live in the
/// memory of the agent, so an agent that is started again joins again.
///
/// @param controlPlane where the control plane's gRPC port is
/// @param bundleFile the pinned roots in PEM, brought to the host by whoever installs the agent
/// @param socket the Unix socket on which the SVID is served to Envoy and applications
/// @param nodeId `<world>/<source>/<namespace>/<instance>`, or `gateway/<network>/<name>`
public record AgentConfig(
    Address controlPlane,
    Path bundleFile,
    TrustDomain trustDomain,
    Attestation attestation,
    Path socket,
    String nodeId) {}
