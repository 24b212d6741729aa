package io.tombolo.server.ports;

import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.grpc.StatusException;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;

/// What tells who opened a stream.
sealed interface Claim {
  /// The certificate of the connection, verified. What the node says of itself does not matter.
  ///
  /// @param provenNode the node that was proven for it; empty if it is not known
  record Certified(SpiffeId identity, String provenNode) implements Claim {
    @Override
    public SpiffeId identity(Node node) {
      return identity;
    }

    @Override
    public String toString() {
      return identity.toString();
    }
  }

  /// The node's own word, in `node.metadata.tombolo.identity`: for benches, on loopback only.
  ///
  /// @param trustDomain that the identity must be of
  record Stated(TrustDomain trustDomain) implements Claim {
    private static final String FIELD = "node.metadata.tombolo.identity";

    @Override
    public SpiffeId identity(Node node) throws StatusException {
      var stated =
          node.getMetadata()
              .getFieldsOrDefault("tombolo", Value.getDefaultInstance())
              .getStructValue()
              .getFieldsOrDefault("identity", Value.getDefaultInstance())
              .getStringValue();
      try {
        return ours(SpiffeId.parse(stated));
      } catch (IllegalArgumentException wrong) {
        throw Status.INVALID_ARGUMENT
            .withDescription(
                "%s: \"%s\": %s".formatted(FIELD, Names.printable(stated), wrong.getMessage()))
            .asException();
      }
    }

    private SpiffeId ours(SpiffeId identity) {
      if (!identity.trustDomain().equals(trustDomain)) {
        throw new IllegalArgumentException("must be of trust domain " + trustDomain);
      }
      return identity;
    }

    @Override
    public String provenNode() {
      return "";
    }

    @Override
    public String toString() {
      return "a node without certificate";
    }
  }

  /// Who it is.
  ///
  /// @param node of the first request
  /// @throws StatusException INVALID_ARGUMENT if it does not say who it is
  SpiffeId identity(Node node) throws StatusException;

  /// The node id that was proven; empty if none was.
  String provenNode();
}
