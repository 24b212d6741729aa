package io.tombolo.mesh.flow;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.Naming;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.Trie;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intentions;
import io.tombolo.mesh.scope.Visibility;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

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
    Trie<ServiceId, List<Destination>> destinations,
    Trie<ServiceId, InboundPolicy> policies,
    Trie<String, List<Served>> servedBy) {

  /// What holds for the whole mesh and comes from configuration.
  ///
  /// @param gateways the mesh gateways of each network, as others reach them
  /// @param visibility which services sidecars are told of
  public record Settings(
      TrustDomain trustDomain,
      SameName sameName,
      Map<String, List<Gateway>> gateways,
      Visibility visibility) {
    public Settings {
      gateways = Map.copyOf(gateways);
    }
  }

  /// The address of a mesh gateway.
  public record Gateway(String address, int port) {}

  /// A service that a workload serves at an endpoint.
  public record Served(Service service, Endpoint endpoint) {}

  /// The mesh that follows from this catalog, derived from nothing.
  public static Mesh of(Catalog catalog, Settings settings) {
    var nothing = Catalog.of(List.of());
    var naming = Naming.of(List.of(), settings.sameName());
    return new Mesh(settings, nothing, naming, Trie.empty(), Trie.empty(), Trie.empty())
        .derived(catalog);
  }

  /// The mesh that follows from the next catalog, equal to what [#of] gives. What does not depend
  /// on a difference between the two catalogs is kept; where only endpoints differ, the rest is not
  /// even looked at.
  public Mesh then(Catalog next) {
    var changed = new HashSet<ServiceId>();
    catalog.endpoints().differences(next.endpoints(), changed::add);
    return sameButEndpoints(next) && sameIdentities(changed, next)
        ? withEndpoints(changed, next)
        : derived(next);
  }

  @SuppressWarnings("ReferenceEquality") // what was not touched is the same
  private boolean sameButEndpoints(Catalog next) {
    return next.services() == catalog.services()
        && next.others() == catalog.others()
        && next.sources().keySet().equals(catalog.sources().keySet());
  }

  private boolean sameIdentities(Set<ServiceId> changed, Catalog next) {
    return changed.stream()
        .allMatch(id ->
            catalog.services().containsKey(id)
                && catalog.identitiesOf(id).equals(next.identitiesOf(id)));
  }

  private Mesh withEndpoints(Set<ServiceId> changed, Catalog next) {
    var nextDestinations = destinations;
    for (var service : services(changed, next)) {
      for (var called : naming.reachedThrough(service)) {
        nextDestinations = nextDestinations.with(called.id(), naming.destinations(called, next));
      }
    }
    return new Mesh(settings, next, naming, nextDestinations, policies, servedAfter(changed, next));
  }

  private static List<Service> services(Set<ServiceId> ids, Catalog catalog) {
    return ids.stream().map(catalog.services()::get).flatMap(Stream::ofNullable).toList();
  }

  /// Who serves what after the endpoints of these services changed.
  private Trie<String, List<Served>> servedAfter(Set<ServiceId> changed, Catalog next) {
    var fresh = new HashMap<String, List<Served>>();
    changed.stream()
        .flatMap(catalog::endpointsOf)
        .forEach(gone -> fresh.put(gone.workload().nodeId(), new ArrayList<>()));
    services(changed, next).forEach(service -> collect(service, next, fresh));
    var after = servedBy;
    for (var node : fresh.entrySet()) {
      var kept =
          servedBy.getOrDefault(node.getKey(), List.of()).stream()
              .filter(served -> !changed.contains(served.service().id()));
      var all =
          Stream.concat(kept, node.getValue().stream())
              .sorted(Comparator.comparing(served -> served.service().id()))
              .toList();
      after = all.isEmpty() ? after.without(node.getKey()) : after.with(node.getKey(), all);
    }
    return after;
  }

  @SuppressWarnings("ReferenceEquality") // what was not touched is the same
  private Mesh derived(Catalog next) {
    boolean sameServices = next.services() == catalog.services();
    var nextNaming =
        sameServices ? naming : Naming.of(next.services().values(), settings.sameName());
    var reached =
        sameServices && next.endpoints() == catalog.endpoints()
            ? this
            : new Mesh(
                settings,
                next,
                nextNaming,
                destinations.updatedTo(destinations(nextNaming, next)),
                policies,
                servedBy.updatedTo(servedBy(next)));
    return new Mesh(
        settings,
        next,
        nextNaming,
        reached.destinations,
        policies.updatedTo(policies(nextNaming, next)),
        reached.servedBy);
  }

  private static Map<ServiceId, List<Destination>> destinations(Naming naming, Catalog catalog) {
    var destinations = new HashMap<ServiceId, List<Destination>>();
    catalog
        .services()
        .forEach((id, service) -> destinations.put(id, naming.destinations(service, catalog)));
    return destinations;
  }

  private Map<ServiceId, InboundPolicy> policies(Naming nextNaming, Catalog next) {
    var intentions = Intentions.of(next, nextNaming, settings.trustDomain());
    var nextPolicies = new HashMap<ServiceId, InboundPolicy>();
    next.services().forEach((id, service) -> nextPolicies.put(id, intentions.at(service)));
    return nextPolicies;
  }

  private static Map<String, List<Served>> servedBy(Catalog catalog) {
    var served = new HashMap<String, List<Served>>();
    catalog.services().values().stream()
        .sorted(Comparator.comparing(Service::id))
        .forEach(service -> collect(service, catalog, served));
    return served;
  }

  private static void collect(
      Service service, Catalog catalog, Map<String, List<Served>> servedBy) {
    catalog
        .endpointsOf(service.id())
        .forEach(endpoint ->
            servedBy
                .computeIfAbsent(endpoint.workload().nodeId(), _ -> new ArrayList<>())
                .add(new Served(service, endpoint)));
  }
}
