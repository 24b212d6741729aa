package io.tombolo.server.admin;

import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.Health;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.server.ports.Connections.Connection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The ways from the networks of a caller to those of a service.
final class NetworkPaths {
  /// @param from the network of some of the caller's workloads
  /// @param to the network of some of the service's endpoints
  /// @param way `direct`, `gateway` or `none`
  /// @param gateways their addresses
  /// @param connected the gateways of that network that are connected here
  /// @param why there is no way; empty if there is one
  record PathPage(
      String from,
      int callers,
      String to,
      long endpoints,
      String way,
      List<String> gateways,
      List<String> connected,
      String why) {}

  private NetworkPaths() {}

  /// Empty if it is not known where the caller runs, or nobody serves.
  static List<PathPage> of(AskedRequest asked, List<Connection> connected) {
    var to = networks(asked);
    return callers(asked, connected).entrySet().stream()
        .flatMap(from -> to.entrySet().stream().map(one -> path(from, one, asked, connected)))
        .toList();
  }

  private static PathPage path(
      Map.Entry<String, Integer> from,
      Map.Entry<String, Long> to,
      AskedRequest asked,
      List<Connection> connected) {
    var network = to.getKey();
    boolean direct = from.getKey().equals(network);
    var gateways =
        direct
            ? List.<String>of()
            : asked
                .mesh()
                .settings()
                .gatewaysTo(asked.service())
                .getOrDefault(network, List.of())
                .stream()
                .map(gateway -> gateway.address() + ":" + gateway.port())
                .distinct()
                .sorted()
                .toList();
    boolean none = !direct && gateways.isEmpty();
    return new PathPage(
        from.getKey(),
        from.getValue(),
        network,
        to.getValue(),
        direct ? "direct" : none ? "none" : "gateway",
        gateways,
        direct ? List.of() : gatewaysOf(network, connected),
        none ? why(network, asked) : "");
  }

  private static String why(String network, AskedRequest asked) {
    return asked.service().exported()
        ? "network %s has no gateways (tombolo.networks.\"%s\".gateways)"
            .formatted(network, network)
        : asked.service().id() + " is not exported";
  }

  private static List<String> gatewaysOf(String network, List<Connection> connected) {
    return connected.stream()
        .map(Connection::proxy)
        .filter(proxy -> proxy.role() instanceof Proxy.Role.MeshGateway)
        .filter(proxy -> proxy.network().equals(network))
        .map(Proxy::nodeId)
        .distinct()
        .toList();
  }

  /// How many endpoints that proxies are told of there are in each network.
  private static SortedMap<String, Long> networks(AskedRequest asked) {
    return asked.mesh().destinations().getOrDefault(asked.service().id(), List.of()).stream()
        .filter(destination -> destination.port().equals(asked.port()))
        .map(Destination::endpoints)
        .flatMap(List::stream)
        .filter(endpoint -> endpoint.health() != Health.UNHEALTHY)
        .collect(Collectors.groupingBy(Endpoint::network, TreeMap::new, Collectors.counting()));
  }

  /// How many workloads of the caller there are in each network: where their proxies say that they
  /// are, or else where their endpoints are.
  private static SortedMap<String, Integer> callers(
      AskedRequest asked, List<Connection> connected) {
    var caller = asked.request().caller();
    var byNode = new HashMap<String, String>();
    asked.mesh().servedBy().values().stream()
        .flatMap(List::stream)
        .filter(served -> isOf(served.endpoint(), caller))
        .forEach(served ->
            byNode.put(served.endpoint().workload().nodeId(), served.endpoint().network()));
    connected.stream()
        .map(Connection::proxy)
        .filter(proxy -> proxy.identity().equals(caller))
        .forEach(proxy -> byNode.put(proxy.nodeId(), proxy.network()));
    var networks = new TreeMap<String, Integer>();
    byNode.values().forEach(network -> networks.merge(network, 1, Integer::sum));
    return networks;
  }

  private static boolean isOf(Endpoint endpoint, SpiffeId identity) {
    return endpoint.workload().identity().equals(identity);
  }
}
