package io.tombolo.server.ports;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.grpc.StatusException;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.mesh.scope.Upstream;
import java.util.List;

/// Reads what a proxy says about itself: `node.id` and `node.metadata.tombolo`. Its certificate says
/// who it is; this may narrow what it is told, and never widens it.
final class ProxyNode {
  private static final String GATEWAY_PATH = "/gateway/mesh/";

  private ProxyNode() {}

  /// @throws StatusException INVALID_ARGUMENT if the node is not understood, PERMISSION_DENIED if it
  ///     is another identity's
  static Proxy of(Node node, SpiffeId caller, Mesh mesh) throws StatusException {
    var about = node.getMetadata().getFieldsOrDefault("tombolo", Value.getDefaultInstance());
    try {
      var upstreams =
          field(about, "upstreams").getListValue().getValuesList().stream()
              .map(ProxyNode::upstream)
              .toList();
      var zone = field(about, "zone").getStringValue();
      return caller.path().startsWith(GATEWAY_PATH)
          ? gateway(node, caller, zone)
          : sidecar(node, caller, network(about), zone, upstreams, mesh);
    } catch (IllegalArgumentException notUnderstood) {
      throw Status.INVALID_ARGUMENT
          .withDescription(
              "node \"%s\": %s".formatted(Names.printable(node.getId()), notUnderstood.getMessage()))
          .asException();
    }
  }

  private static Proxy gateway(Node node, SpiffeId caller, String zone) {
    var network = caller.path().substring(GATEWAY_PATH.length());
    return new Proxy(
        id(node), caller, new Proxy.Role.MeshGateway(), network, zone, List.of());
  }

  private static Proxy sidecar(
      Node node,
      SpiffeId caller,
      String network,
      String zone,
      List<Upstream> upstreams,
      Mesh mesh)
      throws StatusException {
    var served = mesh.servedBy().getOrDefault(node.getId(), List.of());
    if (served.stream().anyMatch(s -> !s.endpoint().workload().identity().equals(caller))) {
      throw Status.PERMISSION_DENIED
          .withDescription(
              "node \"%s\" is a workload of another identity than %s"
                  .formatted(Names.printable(node.getId()), caller))
          .asException();
    }
    return new Proxy(id(node), caller, new Proxy.Role.Sidecar(), network, zone, upstreams);
  }

  private static String id(Node node) {
    if (node.getId().isEmpty() || node.getId().length() > 512) {
      throw new IllegalArgumentException("node.id must have 1 to 512 characters");
    }
    return Names.printable(node.getId());
  }

  private static String network(Value about) {
    return Names.requireLabel(
        "node.metadata.tombolo.network", field(about, "network").getStringValue());
  }

  private static Upstream upstream(Value value) {
    var listen = field(value, "listen").getStringValue();
    int colon = listen.lastIndexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException(
          "node.metadata.tombolo.upstreams[].listen must be ADDRESS:PORT");
    }
    return new Upstream(
        field(value, "service").getStringValue(),
        (int) field(value, "port").getNumberValue(),
        listen.substring(0, colon),
        port(listen.substring(colon + 1)));
  }

  private static int port(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException notANumber) {
      throw new IllegalArgumentException(
          "node.metadata.tombolo.upstreams[].listen must end with a port number", notANumber);
    }
  }

  private static Value field(Value about, String name) {
    Struct struct = about.getStructValue();
    return struct.getFieldsOrDefault(name, Value.getDefaultInstance());
  }
}
