package io.tombolo.xds.translate;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.Health;
import io.tombolo.mesh.flow.Mesh;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// EDS: the addresses behind a destination, as seen from a network.
public final class LoadAssignments {
  /// A destination as seen from one network: endpoints of the network itself are reached directly,
  /// others at the gateways of theirs.
  ///
  /// @param network of the viewer
  /// @param gateways of each other network that endpoints may be reached through
  public record Seen(
      String sni,
      String network,
      List<Endpoint> endpoints,
      Map<String, List<Mesh.Gateway>> gateways) {
    public Seen {
      endpoints = List.copyOf(endpoints);
      gateways = Map.copyOf(gateways);
    }
  }

  private record Place(String network, String zone) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
        Comparator.comparing(Place::network).thenComparing(Place::zone);

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  private static final Comparator<Mesh.Gateway> ADDRESSES =
      Comparator.comparing(Mesh.Gateway::address).thenComparingInt(Mesh.Gateway::port);

  private LoadAssignments() {}

  public static ClusterLoadAssignment of(Seen seen) {
    var all = ClusterLoadAssignment.newBuilder().setClusterName(seen.sni());
    var places =
        seen.endpoints().stream()
            .filter(endpoint -> endpoint.health() != Health.UNHEALTHY)
            .collect(Collectors.groupingBy(e -> place(e, seen), TreeMap::new, Collectors.toList()));
    places.forEach((place, endpoints) -> {
      var reached =
          place.network().equals(seen.network())
              ? direct(endpoints)
              : through(seen.gateways().getOrDefault(place.network(), List.of()), endpoints);
      if (!reached.isEmpty()) {
        all.addEndpoints(
            LocalityLbEndpoints.newBuilder()
                .setLocality(locality(place))
                .addAllLbEndpoints(reached));
      }
    });
    return all.build();
  }

  /// Zones of another network do not matter: its gateway spreads the calls.
  private static Place place(Endpoint endpoint, Seen seen) {
    return new Place(
        endpoint.network(), endpoint.network().equals(seen.network()) ? endpoint.zone() : "");
  }

  private static Locality locality(Place place) {
    return Locality.newBuilder().setRegion(place.network()).setZone(place.zone()).build();
  }

  /// Instances behind one proxy are one endpoint.
  private static List<LbEndpoint> direct(List<Endpoint> endpoints) {
    var byProxy =
        endpoints.stream()
            .collect(
                Collectors.groupingBy(
                    e -> new Mesh.Gateway(e.address(), e.proxyPort()),
                    () -> new TreeMap<>(ADDRESSES),
                    Collectors.toList()));
    return byProxy.entrySet().stream()
        .map(proxy -> endpoint(proxy.getKey(), best(proxy.getValue()), weight(proxy.getValue())))
        .toList();
  }

  /// The gateways of a network share what its endpoints weigh together.
  private static List<LbEndpoint> through(List<Mesh.Gateway> gateways, List<Endpoint> endpoints) {
    return gateways.stream()
        .distinct()
        .sorted(ADDRESSES)
        .map(gateway ->
            endpoint(gateway, best(endpoints), Math.max(1, weight(endpoints) / gateways.size())))
        .toList();
  }

  private static Health best(List<Endpoint> endpoints) {
    return endpoints.stream().map(Endpoint::health).min(Comparator.naturalOrder()).orElseThrow();
  }

  /// What those in the best health weigh together.
  private static int weight(List<Endpoint> endpoints) {
    var best = best(endpoints);
    return endpoints.stream().filter(e -> e.health() == best).mapToInt(Endpoint::weight).sum();
  }

  private static LbEndpoint endpoint(Mesh.Gateway at, Health health, int weight) {
    return LbEndpoint.newBuilder()
        .setEndpoint(
            io.envoyproxy.envoy.config.endpoint.v3.Endpoint.newBuilder()
                .setAddress(Protos.address(at.address(), at.port())))
        .setHealthStatus(status(health))
        .setLoadBalancingWeight(UInt32Value.of(weight))
        .build();
  }

  private static HealthStatus status(Health health) {
    return switch (health) {
      case HEALTHY -> HealthStatus.HEALTHY;
      case DEGRADED -> HealthStatus.DEGRADED;
      case DRAINING -> HealthStatus.DRAINING;
      case UNHEALTHY -> HealthStatus.UNHEALTHY;
    };
  }
}
