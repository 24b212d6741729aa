package io.tombolo.xds.delivery;

import static io.tombolo.xds.snapshot.ResourceType.CLUSTER;
import static io.tombolo.xds.snapshot.ResourceType.ENDPOINTS;
import static io.tombolo.xds.snapshot.ResourceType.LISTENER;
import static io.tombolo.xds.snapshot.ResourceType.ROUTES;
import static java.util.Objects.requireNonNull;

import com.google.protobuf.Any;
import io.tombolo.xds.References;
import io.tombolo.xds.snapshot.Resource;
import io.tombolo.xds.snapshot.ResourceType;
import io.tombolo.xds.snapshot.View;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What a proxy has been told, and what it asks for as Envoy does: all clusters and listeners, the
/// endpoints of these clusters and the routes of these listeners.
final class AClient {
  private final Map<ResourceType, Map<String, Any>> has = new EnumMap<>(ResourceType.class);

  AClient() {
    for (var type : ResourceType.values()) {
      has.put(type, new TreeMap<>());
    }
  }

  Map<String, Any> all(ResourceType type) {
    return requireNonNull(has.get(type));
  }

  /// The names it asks for; of clusters and listeners none, which means all.
  Set<String> wants(ResourceType type) {
    return switch (type) {
      case CLUSTER, LISTENER -> Set.of();
      case ENDPOINTS ->
          all(CLUSTER).entrySet().stream()
              .filter(cluster -> References.isDiscovered(cluster.getValue()))
              .map(Map.Entry::getKey)
              .collect(Collectors.toCollection(TreeSet::new));
      case ROUTES ->
          all(LISTENER).values().stream()
              .flatMap(listener -> References.routesOf(listener).stream())
              .collect(Collectors.toCollection(TreeSet::new));
    };
  }

  /// Nothing it has points to a cluster that it has not.
  boolean isWhole() {
    var used = new TreeSet<String>();
    all(LISTENER).values().forEach(listener -> used.addAll(References.clustersOf(listener)));
    wants(ROUTES).stream()
        .map(all(ROUTES)::get)
        .filter(Objects::nonNull)
        .forEach(routes -> used.addAll(References.clustersOfRoutes(routes)));
    return all(CLUSTER).keySet().containsAll(used);
  }

  /// Has it exactly this, but for what it keeps?
  boolean matches(View view) {
    return Set.of(ResourceType.values()).stream().allMatch(type -> matches(type, view));
  }

  private boolean matches(ResourceType type, View view) {
    var there = view.of(type).all().collect(Collectors.toMap(Resource::name, Resource::body));
    var ours = new TreeMap<>(all(type));
    ours.keySet().removeIf(name -> type.outlasts(name) && !there.containsKey(name));
    return ours.equals(there);
  }

  /// Drops what nothing points to any more.
  void tidy() {
    all(ENDPOINTS).keySet().retainAll(wants(ENDPOINTS));
    all(ROUTES).keySet().retainAll(wants(ROUTES));
  }
}
