package io.tombolo.xds.snapshot;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The resources of one type that a proxy may have, by name.
///
/// @param shared what others have too: the same map for all of them, and from one snapshot to the
///   next while it does not change
/// @param own what is particular to the proxy; no name is in both
public record Table(Map<String, Resource> shared, Map<String, Resource> own) {
  static final Table EMPTY = new Table(Map.of(), Map.of());

  /// In the order of their names.
  static Map<String, Resource> sorted(Stream<Resource> resources) {
    var sorted = new TreeMap<String, Resource>();
    resources.forEach(resource -> sorted.putIfAbsent(resource.name(), resource));
    return Collections.unmodifiableMap(sorted);
  }

  public Optional<Resource> get(String name) {
    var found = own.get(name);
    return Optional.ofNullable(found != null ? found : shared.get(name));
  }

  /// In a stable order.
  public Stream<Resource> all() {
    return Stream.concat(shared.values().stream(), own.values().stream());
  }

  public int size() {
    return shared.size() + own.size();
  }
}
