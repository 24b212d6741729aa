package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.route.Choice;
import io.tombolo.xds.translate.Clusters;
import io.tombolo.xds.translate.LoadAssignments;
import io.tombolo.xds.translate.Outbound;
import io.tombolo.xds.translate.OutboundRoutes;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What each shared resource is made from: what is equal here is equal there.
final class Specs {
  private Specs() {}

  /// The destinations of a service by SNI; of ports that go by the same SNI the first.
  static Map<String, Destination> told(Mesh mesh, ServiceId service) {
    var told = new LinkedHashMap<String, Destination>();
    for (var destination : mesh.destinations().getOrDefault(service, List.of())) {
      told.putIfAbsent(destination.sni(mesh.settings().trustDomain()), destination);
    }
    return told;
  }

  static Clusters.Upstream upstream(String sni, Destination destination) {
    return new Clusters.Upstream(
        sni, destination.port().protocol(), List.copyOf(destination.identities()));
  }

  /// Where requests to it go; null if it does not take requests.
  static OutboundRoutes.@Nullable Routed routed(String sni, Destination destination, Mesh mesh) {
    var port = destination.port();
    return port.protocol().isHttp()
        ? new OutboundRoutes.Routed(sni, choices(destination, mesh), mesh.settings().trustDomain())
        : null;
  }

  private static Optional<List<Choice>> choices(Destination destination, Mesh mesh) {
    return Optional.ofNullable(mesh.choices().get(destination.service().id()))
        .map(byPort -> byPort.get(destination.port().number()));
  }

  /// The SNIs that requests to it may be sent to, if routes say so.
  static Stream<String> backends(Destination destination, Mesh mesh) {
    return choices(destination, mesh).stream()
        .flatMap(List::stream)
        .flatMap(choice -> choice.shares().stream())
        .flatMap(share -> OutboundRoutes.sni(share, mesh.settings().trustDomain()).stream())
        .distinct();
  }

  /// As sidecars of a network see it: in other networks only what is exported, at the gateways
  /// there.
  static LoadAssignments.Seen seen(
      String sni, Destination destination, String network, Mesh.Settings settings) {
    return new LoadAssignments.Seen(
        sni, network, destination.endpoints(), settings.gatewaysTo(destination.service()));
  }

  /// As the mesh gateways of a network see it.
  static LoadAssignments.Seen local(String sni, Destination destination, String network) {
    return new LoadAssignments.Seen(sni, network, destination.endpoints(), Map.of());
  }

  /// The networks whose gateways lead to a destination: what is exported and has endpoints there.
  static Set<String> passedThroughIn(Destination destination) {
    return destination.service().exported() ? networksOf(destination) : Set.of();
  }

  static Set<String> networksOf(Destination destination) {
    return destination.endpoints().stream().map(Endpoint::network).collect(Collectors.toSet());
  }

  /// What may answer for the virtual addresses of a destination.
  static List<Outbound.Virtual> virtuals(String sni, Destination destination) {
    var port = destination.port();
    return destination.service().virtualAddresses().stream()
        .filter(Specs::isAddress)
        .distinct()
        .map(address -> new Outbound.Virtual(sni, port.protocol(), address, port.number()))
        .toList();
  }

  private static boolean isAddress(String text) {
    try {
      return !InetAddress.ofLiteral(text).isAnyLocalAddress();
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }
}
