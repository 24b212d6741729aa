package io.tombolo.mesh.flow;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.Naming;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intentions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The whole mesh at one moment: what every source said, and what follows from it. Immutable; a
/// pure function of catalog and settings.
///
/// @param destinations by service, one for each of its ports
/// @param policies who may call each service
/// @param servedBy what each workload serves, by [io.tombolo.mesh.catalog.Workload#nodeId]
public record Mesh(
    Settings settings,
    Catalog catalog,
    Naming naming,
    Map<ServiceId, List<Destination>> destinations,
    Map<ServiceId, InboundPolicy> policies,
    Map<String, List<Served>> servedBy) {

  /// What holds for the whole mesh and comes from configuration.
  ///
  /// @param gateways the mesh gateways of each network, as others reach them
  public record Settings(
      TrustDomain trustDomain, SameName sameName, Map<String, List<Gateway>> gateways) {
    public Settings {
      gateways = Map.copyOf(gateways);
    }
  }

  /// The address of a mesh gateway.
  public record Gateway(String address, int port) {}

  /// A service that a workload serves at an endpoint.
  public record Served(Service service, Endpoint endpoint) {}

  /// The mesh that follows from this catalog.
  public static Mesh of(Catalog catalog, Settings settings) {
    var naming = Naming.of(catalog.services().values(), settings.sameName());
    var intentions = Intentions.of(catalog, naming, settings.trustDomain());
    var destinations = new TreeMap<ServiceId, List<Destination>>();
    var policies = new TreeMap<ServiceId, InboundPolicy>();
    catalog
        .services()
        .forEach((id, service) -> {
          destinations.put(id, naming.destinations(service, catalog));
          policies.put(id, intentions.at(service));
        });
    return new Mesh(settings, catalog, naming, destinations, policies, servedBy(catalog));
  }

  private static Map<String, List<Served>> servedBy(Catalog catalog) {
    var served = new HashMap<String, List<Served>>();
    catalog.services().values().stream()
        .sorted(Comparator.comparing(Service::id))
        .forEach(service ->
            catalog
                .endpointsOf(service.id())
                .forEach(endpoint ->
                    served
                        .computeIfAbsent(endpoint.workload().nodeId(), _ -> new ArrayList<>())
                        .add(new Served(service, endpoint))));
    return served;
  }
}
