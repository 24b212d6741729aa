package io.tombolo.mesh.catalog;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Which services a name stands for, and which of equal names go together.
///
/// @param byReference services by all that they may be called by: each of their names in Consul,
///   `name.namespace`, and their full ID; in the order of their IDs
/// @param clashes the names that services of both worlds go by, and what became of them
public record Naming(
    SameName rule, Trie<String, List<Service>> byReference, Trie<String, Clash> clashes) {

  /// A name that services of both worlds claim.
  ///
  /// @param outcome what the rule made of it, in a sentence
  public record Clash(
      String name, List<ServiceId> claimants, SameName.Choice choice, String outcome) {}

  public static Naming of(Collection<Service> services, SameName rule) {
    return new Naming(rule, Trie.empty(), Trie.empty()).after(List.of(), services);
  }

  /// The naming after these services went and then those came. One that is not as it was is among
  /// both.
  public Naming after(Collection<Service> gone, Collection<Service> come) {
    var touched = new HashMap<String, SortedMap<ServiceId, Service>>();
    gone.forEach(service -> claims(service, touched).forEach(all -> all.remove(service.id())));
    come.forEach(
        service -> claims(service, touched).forEach(all -> all.put(service.id(), service)));
    var nextReferences = byReference;
    var nextClashes = clashes;
    for (var claim : touched.entrySet()) {
      var name = claim.getKey();
      var claimants = List.copyOf(claim.getValue().values());
      nextReferences =
          claimants.isEmpty() ? nextReferences.without(name) : nextReferences.with(name, claimants);
      nextClashes =
          clash(claimants, name)
              ? nextClashes.with(name, clash(name, claimants, rule.choiceFor(name)))
              : nextClashes.without(name);
    }
    return new Naming(rule, nextReferences, nextClashes);
  }

  private List<SortedMap<ServiceId, Service>> claims(
      Service service, Map<String, SortedMap<ServiceId, Service>> touched) {
    return references(service)
        .map(name ->
            touched.computeIfAbsent(
                name,
                _ -> {
                  var claimants = new TreeMap<ServiceId, Service>();
                  claimants(name).forEach(known -> claimants.put(known.id(), known));
                  return claimants;
                }))
        .toList();
  }

  private static Stream<String> references(Service service) {
    var id = service.id();
    return Stream.concat(
            service.consulNames().stream(),
            Stream.of(id.toString(), id.name() + "." + id.namespace()))
        .distinct();
  }

  /// The services that may be called so.
  public List<Service> claimants(String reference) {
    return byReference.getOrDefault(reference, List.of());
  }

  /// All that share a name in Consul with this service, which need not be known, and so may be
  /// reached through it or reach it.
  public Stream<ServiceId> namesakes(Service service) {
    return service.consulNames().stream()
        .flatMap(name -> claimants(name).stream().map(Service::id))
        .distinct();
  }

  /// Is this service reached through the same others there as here?
  @SuppressWarnings("ReferenceEquality") // what was not touched is the same
  public boolean isAlikeAround(Service service, Naming other) {
    return Stream.concat(Stream.of(service), namesakes(service).flatMap(this::known))
        .flatMap(near -> near.consulNames().stream())
        .allMatch(name -> byReference.get(name) == other.byReference.get(name));
  }

  private Stream<Service> known(ServiceId id) {
    return claimants(id.toString()).stream();
  }

  private static boolean clash(List<Service> claimants, String name) {
    return claimants.stream().map(s -> s.id().source().world()).distinct().count() > 1
        && claimants.stream().anyMatch(service -> service.consulNames().contains(name));
  }

  private static Clash clash(String name, List<Service> claimants, SameName.Choice choice) {
    var ids = claimants.stream().map(Service::id).toList();
    var outcome =
        switch (choice) {
          case APART -> "kept apart: each world's callers reach their own";
          case MERGE -> "merged: either name reaches the endpoints of both";
          case PREFER_KUBERNETES -> "Kubernetes preferred: either name reaches its endpoints";
          case PREFER_CONSUL -> "Consul preferred: either name reaches its endpoints";
        };
    return new Clash(name, ids, choice, outcome);
  }

  /// The services whose endpoints are reached by calling this one: itself, unless a rule for equal
  /// names says otherwise.
  public List<Service> behind(Service service) {
    var behind = new TreeMap<ServiceId, Service>();
    boolean ruled = false;
    for (var name : new TreeSet<>(service.consulNames())) {
      var clash = clashes.get(name);
      if (clash != null && clash.choice() != SameName.Choice.APART) {
        ruled = true;
        claimants(name).stream()
            .filter(other -> chosen(other, clash.choice()))
            .forEach(other -> behind.put(other.id(), other));
      }
    }
    return ruled ? List.copyOf(behind.values()) : List.of(service);
  }

  /// The services that reach the endpoints of this one when they are called: the reverse of
  /// [#behind].
  public List<Service> reachedThrough(Service service) {
    return Stream.concat(
            Stream.of(service),
            service.consulNames().stream().flatMap(name -> claimants(name).stream()))
        .distinct()
        .filter(other -> behind(other).stream().anyMatch(s -> s.id().equals(service.id())))
        .toList();
  }

  private static boolean chosen(Service service, SameName.Choice choice) {
    return switch (choice) {
      case APART, MERGE -> true;
      case PREFER_KUBERNETES -> service.id().source().world() == World.KUBERNETES;
      case PREFER_CONSUL -> service.id().source().world() == World.CONSUL;
    };
  }

  /// The service that a workload of some world means by `reference`: a full ID
  /// (`kubernetes/cluster/namespace/name`), a name in Consul, or `name.namespace`.
  public Optional<Service> resolve(String reference, World from) {
    var candidates = claimants(reference);
    return candidates.stream()
        .filter(service -> service.id().source().world() == from)
        .findFirst()
        .or(() -> candidates.stream().findFirst());
  }

  /// Everything reached by calling `service`, a destination for each of its ports.
  public List<Destination> destinations(Service service, Catalog catalog) {
    var behind = behind(service);
    return service.ports().stream()
        .map(port -> new Destination(service, port, endpoints(service, port, behind, catalog)))
        .toList();
  }

  private static List<Endpoint> endpoints(
      Service called, Port port, List<Service> behind, Catalog catalog) {
    return behind.stream()
        .flatMap(service ->
            counterpart(called, port, service).stream()
                .flatMap(counterpart ->
                    catalog
                        .endpointsOf(service.id())
                        .filter(e -> e.portName().equals(counterpart.name()))))
        .toList();
  }

  /// The port of `other` that stands for this port of `called`: the same, or that of the same
  /// number, or the only one of each.
  public static Optional<Port> counterpart(Service called, Port port, Service other) {
    if (other.id().equals(called.id())) {
      return Optional.of(port);
    }
    return other.ports().stream()
        .filter(candidate -> candidate.number() == port.number())
        .findFirst()
        .or(() ->
            other.ports().size() == 1 && called.ports().size() == 1
                ? Optional.of(other.ports().getFirst())
                : Optional.empty());
  }
}
