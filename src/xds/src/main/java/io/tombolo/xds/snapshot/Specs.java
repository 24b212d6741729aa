package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.xds.translate.Clusters;
import io.tombolo.xds.translate.LoadAssignments;
import io.tombolo.xds.translate.Outbound;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// What each shared resource is made from, by key: the inputs of the memoised tables.
///
/// @param destinations by SNI; of ports that go by the same SNI the first
/// @param networks all that are known, and [Place#ELSEWHERE]
record Specs(Mesh mesh, SortedMap<String, Destination> destinations, SortedSet<String> networks) {
  static Specs of(Mesh mesh) {
    var destinations = new TreeMap<String, Destination>();
    var networks = new TreeSet<>(mesh.settings().gateways().keySet());
    networks.add(Place.ELSEWHERE);
    mesh.destinations()
        .values()
        .forEach(ofService ->
            ofService.forEach(destination -> {
              destinations.putIfAbsent(destination.sni(mesh.settings().trustDomain()), destination);
              destination.endpoints().forEach(endpoint -> networks.add(endpoint.network()));
            }));
    return new Specs(mesh, destinations, networks);
  }

  Map<String, Clusters.Upstream> upstreams() {
    var specs = new HashMap<String, Clusters.Upstream>();
    destinations.forEach((sni, destination) ->
        specs.put(
            sni,
            new Clusters.Upstream(
                sni, destination.port().protocol(), List.copyOf(destination.identities()))));
    return specs;
  }

  /// As sidecars see them.
  Map<Place, LoadAssignments.Seen> seen() {
    var specs = new HashMap<Place, LoadAssignments.Seen>();
    destinations.forEach((sni, destination) ->
        networks.forEach(
            network -> specs.put(new Place(sni, network), seen(mesh, sni, destination, network))));
    return specs;
  }

  /// In other networks only what is exported, at the gateways there.
  static LoadAssignments.Seen seen(Mesh mesh, String sni, Destination destination, String network) {
    return new LoadAssignments.Seen(
        sni,
        network,
        destination.endpoints(),
        destination.service().exported() ? mesh.settings().gateways() : Map.of());
  }

  /// As the mesh gateways of a network see them.
  Map<Place, LoadAssignments.Seen> passedThrough() {
    var specs = new HashMap<Place, LoadAssignments.Seen>();
    destinations.forEach((sni, destination) ->
        passedThroughIn(destination)
            .forEach(
                network -> specs.put(new Place(sni, network), local(sni, destination, network))));
    return specs;
  }

  /// The networks whose gateways lead to a destination: what is exported and has endpoints there.
  static Set<String> passedThroughIn(Destination destination) {
    return destination.service().exported() ? networksOf(destination) : Set.of();
  }

  static Set<String> networksOf(Destination destination) {
    return destination.endpoints().stream().map(Endpoint::network).collect(Collectors.toSet());
  }

  static LoadAssignments.Seen local(String sni, Destination destination, String network) {
    return new LoadAssignments.Seen(sni, network, destination.endpoints(), Map.of());
  }

  /// The SNIs that take requests, as key and value.
  Map<String, String> routed() {
    return snis(destination -> destination.port().protocol().isHttp());
  }

  /// The SNIs that other networks may use, as key and value.
  Map<String, String> exported() {
    return snis(destination -> destination.service().exported());
  }

  private Map<String, String> snis(Predicate<Destination> which) {
    var specs = new HashMap<String, String>();
    destinations.forEach((sni, destination) -> {
      if (which.test(destination)) {
        specs.put(sni, sni);
      }
    });
    return specs;
  }

  /// What answers for each virtual address. Of services that claim the same address and port the
  /// first gets it: Envoy takes each only once.
  Map<Mesh.Gateway, Outbound.Virtual> virtuals() {
    var specs = new HashMap<Mesh.Gateway, Outbound.Virtual>();
    destinations.forEach((sni, destination) -> {
      var port = destination.port();
      destination.service().virtualAddresses().stream()
          .filter(Specs::isAddress)
          .forEach(address ->
              specs.putIfAbsent(
                  new Mesh.Gateway(address, port.number()),
                  new Outbound.Virtual(sni, port.protocol(), address, port.number())));
    });
    return specs;
  }

  private static boolean isAddress(String text) {
    try {
      return !InetAddress.ofLiteral(text).isAnyLocalAddress();
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }
}
