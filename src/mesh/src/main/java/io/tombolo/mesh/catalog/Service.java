package io.tombolo.mesh.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A service as its source describes it.
///
/// @param ports at least one
/// @param consulNames the names that a Consul intention or an upstream may call it by: a Consul
///   service's own, a Kubernetes service's annotation `consul.hashicorp.com/service-name` or
///   `<name>-<namespace>`, and `<name>` in namespace `default`
/// @param virtualAddresses addresses that stand for the whole service: a ClusterIP, Consul's
///   virtual IP
/// @param labels labels, or tags and meta
/// @param exported may other networks reach it through a mesh gateway?
/// @param httpProfile how strictly requests to it are read, on ports that speak HTTP
/// @param enforcement what it asks that intentions about it do; empty if it says nothing
public record Service(
    ServiceId id,
    List<Port> ports,
    Set<String> consulNames,
    List<String> virtualAddresses,
    Map<String, String> labels,
    boolean exported,
    HttpProfile httpProfile,
    Optional<Enforcement> enforcement)
    implements Item {
  public Service {
    if (ports.isEmpty()) {
      throw new IllegalArgumentException("a service has at least one port");
    }
    ports = List.copyOf(ports);
    consulNames = Set.copyOf(consulNames);
    virtualAddresses = List.copyOf(virtualAddresses);
    labels = Map.copyOf(labels);
  }

  /// One that leaves it to the mesh what intentions about it do.
  public Service(
      ServiceId id,
      List<Port> ports,
      Set<String> consulNames,
      List<String> virtualAddresses,
      Map<String, String> labels,
      boolean exported,
      HttpProfile httpProfile) {
    this(id, ports, consulNames, virtualAddresses, labels, exported, httpProfile, Optional.empty());
  }

  @Override
  public Key key() {
    return key(id);
  }

  public static Key key(ServiceId id) {
    return new Key(id.source(), Key.Kind.SERVICE, id.namespace(), id.name(), "");
  }
}
