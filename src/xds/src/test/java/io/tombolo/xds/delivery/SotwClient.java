package io.tombolo.xds.delivery;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.tombolo.xds.StaticBootstrap;
import io.tombolo.xds.snapshot.ResourceType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A client of state-of-the-world ADS.
final class SotwClient {
  /// What it last asked for, with what.
  private record Asked(Set<String> names, String nonce) {}

  final AClient proxy = new AClient();
  private final Map<ResourceType, Asked> asked = new EnumMap<>(ResourceType.class);

  List<DiscoveryRequest> connect() {
    asked.clear();
    var requests = new ArrayList<DiscoveryRequest>();
    for (var type : ResourceType.values()) {
      if (type.listedWhole() || !proxy.wants(type).isEmpty()) {
        requests.add(ask(type, ""));
      }
    }
    return requests;
  }

  List<DiscoveryRequest> answer(DiscoveryResponse response) {
    var type = ResourceType.of(response.getTypeUrl()).orElseThrow();
    var all = proxy.all(type);
    if (type.listedWhole()) {
      all.clear();
    }
    response.getResourcesList().forEach(resource -> all.put(name(type, resource), resource));
    var requests = new ArrayList<DiscoveryRequest>();
    requests.add(ask(type, response.getNonce()));
    for (var dependent : List.of(ResourceType.ENDPOINTS, ResourceType.ROUTES)) {
      var before = asked.get(dependent);
      if (before == null
          ? !proxy.wants(dependent).isEmpty()
          : !before.names.equals(proxy.wants(dependent))) {
        requests.add(ask(dependent, before == null ? "" : before.nonce));
      }
    }
    proxy.tidy();
    return requests;
  }

  private DiscoveryRequest ask(ResourceType type, String nonce) {
    var names = proxy.wants(type);
    asked.put(type, new Asked(names, nonce));
    return DiscoveryRequest.newBuilder()
        .setTypeUrl(type.typeUrl())
        .addAllResourceNames(names)
        .setResponseNonce(nonce)
        .build();
  }

  private static String name(ResourceType type, Any resource) {
    return switch (type) {
      case CLUSTER -> StaticBootstrap.unpack(resource, Cluster.class).getName();
      case ENDPOINTS ->
          StaticBootstrap.unpack(resource, ClusterLoadAssignment.class).getClusterName();
      case LISTENER -> StaticBootstrap.unpack(resource, Listener.class).getName();
      case ROUTES -> StaticBootstrap.unpack(resource, RouteConfiguration.class).getName();
    };
  }
}
