package io.tombolo.mesh.route;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// All routes of the mesh, by the services that they name.
///
/// @param byParent objects by the services that they are about, oldest first
/// @param byBackend by services that requests are sent to, those that they were addressed to
public record Routes(
    Map<ServiceId, List<RouteObject>> byParent, Map<ServiceId, Set<ServiceId>> byBackend) {
  public static final Routes NONE = new Routes(Map.of(), Map.of());

  private static final Comparator<RouteObject> OLDEST_FIRST =
      comparing(RouteObject::created)
          .thenComparing(object -> object.key().namespace())
          .thenComparing(object -> object.key().name());

  /// The more exact first, as the Gateway API orders the matches of all routes of a port
  /// (HTTPRouteRule.matches); of equals the order is kept.
  private static final Comparator<Choice> MOST_EXACT_FIRST =
      comparing((Choice choice) -> !choice.match().exact())
          .thenComparing(comparingInt((Choice choice) -> choice.match().path().length()).reversed())
          .thenComparing(choice -> choice.match().method().isEmpty())
          .thenComparing(
              comparingInt((Choice choice) -> choice.match().headers().size()).reversed())
          .thenComparing(
              comparingInt((Choice choice) -> choice.match().queries().size()).reversed());

  /// Those of all objects that are routes.
  public static Routes of(Collection<Item> items) {
    var byParent = new HashMap<ServiceId, List<RouteObject>>();
    var byBackend = new HashMap<ServiceId, Set<ServiceId>>();
    items.stream()
        .filter(RouteObject.class::isInstance)
        .map(RouteObject.class::cast)
        .sorted(OLDEST_FIRST)
        .forEach(object ->
            object.parents().stream()
                .map(RouteObject.Parent::service)
                .distinct()
                .forEach(parent -> {
                  byParent.computeIfAbsent(parent, _ -> new ArrayList<>()).add(object);
                  backends(object)
                      .forEach(backend ->
                          byBackend.computeIfAbsent(backend, _ -> new HashSet<>()).add(parent));
                }));
    return new Routes(byParent, byBackend);
  }

  /// The services that requests to this one may be sent to.
  public Set<ServiceId> backends(ServiceId parent) {
    var backends = new HashSet<ServiceId>();
    byParent.getOrDefault(parent, List.of()).forEach(object -> backends.addAll(backends(object)));
    return backends;
  }

  /// The services that requests to others are sent to which are not the same here and there.
  @SuppressWarnings("ReferenceEquality") // what was not touched is the same
  public Set<ServiceId> reachedOtherwise(Routes other) {
    if (this == other) {
      return Set.of();
    }
    var otherwise = new HashSet<>(byBackend.keySet());
    otherwise.addAll(other.byBackend.keySet());
    otherwise.removeIf(id -> Objects.equals(byBackend.get(id), other.byBackend.get(id)));
    return otherwise;
  }

  /// The services that an object sends requests to.
  private static Set<ServiceId> backends(RouteObject object) {
    var backends = new HashSet<ServiceId>();
    object.rules().forEach(rule -> rule.backends().forEach(b -> backends.add(b.service())));
    return backends;
  }

  /// What may become of requests to a service, by port. A port that no route is about is not among
  /// them, nor one that does not speak HTTP.
  public Map<Integer, List<Choice>> at(Service service, Catalog catalog) {
    var choices = new HashMap<Integer, List<Choice>>();
    for (var port : service.ports()) {
      var attached =
          byParent.getOrDefault(service.id(), List.of()).stream()
              .filter(object -> isAbout(object, service.id(), port))
              .toList();
      if (!attached.isEmpty()) {
        choices.put(port.number(), choices(attached, catalog));
      }
    }
    return Map.copyOf(choices);
  }

  private static boolean isAbout(RouteObject object, ServiceId service, Port port) {
    return port.protocol().isHttp()
        && object.parents().stream()
            .anyMatch(parent -> parent.service().equals(service) && parent.covers(port.number()));
  }

  private static List<Choice> choices(List<RouteObject> attached, Catalog catalog) {
    return attached.stream()
        .flatMap(object -> object.rules().stream())
        .flatMap(rule -> {
          var shares = rule.backends().stream().map(b -> Choice.Share.of(b, catalog)).toList();
          return rule.matches().stream().map(match -> new Choice(match, rule, shares));
        })
        .sorted(MOST_EXACT_FIRST)
        .toList();
  }

  /// What of an object does not hold in a catalog, each with the field and the way out: parents
  /// that it cannot be about.
  public static List<String> unattached(RouteObject object, Catalog catalog) {
    return object.parents().stream()
        .flatMap(parent -> {
          var service = catalog.services().get(parent.service());
          return service == null
              ? Stream.of("spec.parentRefs: there is no service " + parent.service())
              : ports(parent, service);
        })
        .toList();
  }

  private static Stream<String> ports(RouteObject.Parent parent, Service service) {
    var covered = service.ports().stream().filter(p -> parent.covers(p.number())).toList();
    if (covered.isEmpty()) {
      return Stream.of("spec.parentRefs: %s has no port %d".formatted(service.id(), parent.port()));
    }
    return covered.stream().anyMatch(port -> port.protocol().isHttp())
        ? Stream.empty()
        : Stream.of(
            "spec.parentRefs: %s speaks no HTTP there; set appProtocol of its port"
                .formatted(service.id()));
  }

  /// The backends of an object that there are not, each with the field.
  public static List<String> unresolved(RouteObject object, Catalog catalog) {
    var rules = object.rules();
    return IntStream.range(0, rules.size())
        .boxed()
        .flatMap(rule -> {
          var backends = rules.get(rule).backends();
          return IntStream.range(0, backends.size())
              .filter(i -> Choice.Share.of(backends.get(i), catalog).port().isEmpty())
              .mapToObj(i ->
                  "spec.rules[%d].backendRefs[%d]: there is no service %s with port %d; its share of requests is answered with 500"
                      .formatted(rule, i, backends.get(i).service(), backends.get(i).port()));
        })
        .toList();
  }
}
