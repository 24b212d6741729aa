package io.tombolo.xds.delivery;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.mesh.scope.Upstream;
import java.util.List;

/// What becomes of the first words of a stream: the certificate says who it is, the node where it
/// is and what it wants.
public sealed interface Introduction {
  /// How the paths of mesh gateways' identities begin.
  String GATEWAYS = "/gateway/mesh/";

  /// How the user agents of gRPC's own xDS clients begin, in every language.
  String GRPC = "gRPC";

  record Understood(Proxy proxy) implements Introduction {}

  /// @param reason with the field and the way out, printable
  record Refused(String reason) implements Introduction {}

  /// @param identity from the certificate
  /// @param node with `id`, `user_agent_name`, and `metadata.tombolo` = {network, zone, upstreams:
  ///   [{service, port, listen}], reports}
  static Introduction of(SpiffeId identity, Node node) {
    var metadata =
        node.getMetadata()
            .getFieldsOrDefault("tombolo", Value.getDefaultInstance())
            .getStructValue();
    if (node.getId().isEmpty() || node.getId().length() > 512) {
      return new Refused("node.id: must be <world>/<source>/<namespace>/<instance>");
    }
    try {
      return new Understood(
          identity.path().startsWith(GATEWAYS)
              ? gateway(identity, node.getId(), metadata)
              : workload(identity, node, metadata));
    } catch (IllegalArgumentException invalid) {
      return new Refused("node.metadata.tombolo: " + invalid.getMessage());
    }
  }

  private static Proxy gateway(SpiffeId identity, String nodeId, Struct metadata) {
    return new Proxy(
        nodeId,
        identity,
        new Proxy.Role.MeshGateway(),
        identity.path().substring(GATEWAYS.length()),
        text(metadata, "zone"),
        List.of());
  }

  private static Proxy workload(SpiffeId identity, Node node, Struct metadata) {
    var upstreams =
        metadata
            .getFieldsOrDefault("upstreams", Value.getDefaultInstance())
            .getListValue()
            .getValuesList()
            .stream()
            .map(declared -> upstream(declared.getStructValue()))
            .toList();
    return new Proxy(
        node.getId(),
        identity,
        node.getUserAgentName().startsWith(GRPC)
            ? new Proxy.Role.GrpcServer()
            : new Proxy.Role.Sidecar(),
        text(metadata, "network"),
        text(metadata, "zone"),
        upstreams,
        metadata.getFieldsOrDefault("reports", Value.getDefaultInstance()).getBoolValue());
  }

  private static Upstream upstream(Struct declared) {
    var listen = text(declared, "listen");
    int colon = listen.lastIndexOf(':');
    var port = listen.substring(colon + 1);
    if (colon < 0 || !port.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException(
          "upstreams.listen: must be <loopback address>:<port>, not \"%s\""
              .formatted(Names.printable(listen)));
    }
    return new Upstream(
        text(declared, "service"),
        (int) declared.getFieldsOrDefault("port", Value.getDefaultInstance()).getNumberValue(),
        listen.substring(0, colon).replace("[", "").replace("]", ""),
        Integer.parseInt(port));
  }

  private static String text(Struct fields, String name) {
    return fields.getFieldsOrDefault(name, Value.getDefaultInstance()).getStringValue();
  }
}
