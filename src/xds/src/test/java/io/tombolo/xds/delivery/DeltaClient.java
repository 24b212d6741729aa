package io.tombolo.xds.delivery;

import com.google.rpc.Status;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.tombolo.xds.snapshot.ResourceType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// A client of delta ADS.
final class DeltaClient {
  final AClient proxy = new AClient();
  final Set<String> refused = new HashSet<>();
  private final Predicate<Resource> takes;
  private final Map<ResourceType, Map<String, String>> versions = new EnumMap<>(ResourceType.class);
  private final Map<ResourceType, Set<String>> subscribed = new EnumMap<>(ResourceType.class);

  /// @param takes what it does not refuse
  DeltaClient(Predicate<Resource> takes) {
    this.takes = takes;
    for (var type : ResourceType.values()) {
      versions.put(type, new HashMap<>());
      subscribed.put(type, new HashSet<>());
    }
  }

  /// The first requests of a stream, with what it has.
  List<DeltaDiscoveryRequest> connect() {
    var requests = new ArrayList<DeltaDiscoveryRequest>();
    for (var type : ResourceType.values()) {
      var wants = proxy.wants(type);
      subscribed.put(type, new HashSet<>(wants));
      if (!wants.isEmpty() || type.listedWhole()) {
        requests.add(
            request(type)
                .addAllResourceNamesSubscribe(wants)
                .putAllInitialResourceVersions(versions(type))
                .build());
      }
    }
    return requests;
  }

  /// Takes a response, or refuses it if it does not take one of its resources, and answers.
  List<DeltaDiscoveryRequest> answer(DeltaDiscoveryResponse response) {
    var type = ResourceType.of(response.getTypeUrl()).orElseThrow();
    var bad =
        response.getResourcesList().stream().filter(takes.negate()).map(Resource::getName).toList();
    var answer = request(type).setResponseNonce(response.getNonce());
    if (!bad.isEmpty()) {
      if (response.getResourcesCount() == 1) {
        refused.add(type + " " + bad.getFirst());
      }
      return List.of(answer.setErrorDetail(Status.newBuilder().setMessage("bad: " + bad)).build());
    }
    response
        .getResourcesList()
        .forEach(resource -> {
          proxy.all(type).put(resource.getName(), resource.getResource());
          versions(type).put(resource.getName(), resource.getVersion());
          refused.remove(type + " " + resource.getName());
        });
    response
        .getRemovedResourcesList()
        .forEach(name -> {
          proxy.all(type).remove(name);
          versions(type).remove(name);
        });
    var requests = new ArrayList<DeltaDiscoveryRequest>();
    requests.add(answer.build());
    requests.addAll(resubscribe());
    return requests;
  }

  private List<DeltaDiscoveryRequest> resubscribe() {
    var requests = new ArrayList<DeltaDiscoveryRequest>();
    for (var type : List.of(ResourceType.ENDPOINTS, ResourceType.ROUTES)) {
      var before = Objects.requireNonNull(subscribed.get(type));
      var now = new HashSet<>(proxy.wants(type));
      if (!before.equals(now)) {
        requests.add(
            request(type)
                .addAllResourceNamesSubscribe(without(now, before))
                .addAllResourceNamesUnsubscribe(without(before, now))
                .build());
        subscribed.put(type, now);
      }
    }
    proxy.tidy();
    subscribed.forEach((type, names) -> {
      if (!type.listedWhole()) {
        versions(type).keySet().retainAll(names);
      }
    });
    return requests;
  }

  private static Set<String> without(Set<String> some, Set<String> others) {
    return some.stream().filter(name -> !others.contains(name)).collect(Collectors.toSet());
  }

  private Map<String, String> versions(ResourceType type) {
    return Objects.requireNonNull(versions.get(type));
  }

  static DeltaDiscoveryRequest.Builder request(ResourceType type) {
    return DeltaDiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl());
  }
}
