package io.tombolo.mesh.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Which services a name stands for, and which of equal names go together.
///
/// @param byConsulName services by each of their names in Consul
/// @param clashes the names that services of both worlds go by, and what became of them
public record Naming(Map<String, List<Service>> byConsulName, Map<String, Clash> clashes) {

  /// A name that services of both worlds claim.
  ///
  /// @param outcome what the rule made of it, in a sentence
  public record Clash(
      String name, List<ServiceId> claimants, SameName.Choice choice, String outcome) {}

  public static Naming of(Collection<Service> services, SameName rule) {
    var byName = new TreeMap<String, List<Service>>();
    services.stream()
        .sorted((a, b) -> a.id().compareTo(b.id()))
        .forEach(service ->
            service
                .consulNames()
                .forEach(n -> byName.computeIfAbsent(n, _ -> new ArrayList<>()).add(service)));
    var clashes = new TreeMap<String, Clash>();
    byName.forEach((name, claimants) -> {
      if (claimants.stream().map(s -> s.id().source().world()).distinct().count() > 1) {
        clashes.put(name, clash(name, claimants, rule.choiceFor(name)));
      }
    });
    return new Naming(byName, clashes);
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
        byConsulName.getOrDefault(name, List.of()).stream()
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
            service.consulNames().stream()
                .flatMap(name -> byConsulName.getOrDefault(name, List.of()).stream()))
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
    var candidates = candidates(reference);
    return candidates.stream()
        .filter(service -> service.id().source().world() == from)
        .findFirst()
        .or(() -> candidates.stream().findFirst());
  }

  private List<Service> candidates(String reference) {
    var named = byConsulName.get(reference);
    if (named != null) {
      return named;
    }
    return byConsulName.values().stream()
        .flatMap(List::stream)
        .distinct()
        .filter(service ->
            service.id().toString().equals(reference)
                || (service.id().name() + "." + service.id().namespace()).equals(reference))
        .toList();
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
