package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.xds.translate.Clusters;
import io.tombolo.xds.translate.LoadAssignments;
import io.tombolo.xds.translate.Outbound;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

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

  /// As sidecars see them: in other networks only what is exported, at the gateways there.
  Map<Place, LoadAssignments.Seen> seen() {
    var gateways = mesh.settings().gateways();
    var specs = new HashMap<Place, LoadAssignments.Seen>();
    destinations.forEach((sni, destination) ->
        networks.forEach(network ->
            specs.put(
                new Place(sni, network),
                new LoadAssignments.Seen(
                    sni,
                    network,
                    destination.endpoints(),
                    destination.service().exported() ? gateways : Map.of()))));
    return specs;
  }

  /// As the mesh gateways of a network see them: what is exported and has endpoints there.
  Map<Place, LoadAssignments.Seen> passedThrough() {
    var specs = new HashMap<Place, LoadAssignments.Seen>();
    destinations.forEach((sni, destination) -> {
      if (destination.service().exported()) {
        destination.endpoints().stream()
            .map(Endpoint::network)
            .distinct()
            .forEach(network ->
                specs.put(
                    new Place(sni, network),
                    new LoadAssignments.Seen(sni, network, destination.endpoints(), Map.of())));
      }
    });
    return specs;
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

  /// What answers for virtual addresses. Of services that claim the same address and port the first
  /// gets it: Envoy takes each only once.
  Map<String, Outbound.Virtual> virtuals() {
    var claimed = new HashSet<Mesh.Gateway>();
    var specs = new HashMap<String, Outbound.Virtual>();
    destinations.forEach((sni, destination) -> {
      int port = destination.port().number();
      var addresses =
          destination.service().virtualAddresses().stream()
              .filter(Specs::isAddress)
              .filter(address -> claimed.add(new Mesh.Gateway(address, port)))
              .toList();
      if (!addresses.isEmpty()) {
        specs.put(sni, new Outbound.Virtual(sni, destination.port().protocol(), port, addresses));
      }
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
