package io.tombolo.mesh.flow;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Naming;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.Trie;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intentions;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Policies;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.route.Choice;
import io.tombolo.mesh.route.RouteObject;
import io.tombolo.mesh.route.Routes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// From one mesh to the next: what is not as it was in the catalog, and what depends on it.
final class Step {
  private final Mesh before;
  private final Catalog next;

  /// Those that came, went or are described otherwise.
  private final Set<ServiceId> redescribed = new HashSet<>();

  /// Those whose endpoints are not as they were.
  private final Set<ServiceId> moved = new HashSet<>();

  /// Objects that are neither services nor endpoints.
  private final Set<Key> rewritten = new HashSet<>();

  private final Naming naming;

  Step(Mesh before, Catalog next) {
    this.before = before;
    this.next = next;
    next.services().differences(before.catalog().services(), redescribed::add);
    next.endpoints().differences(before.catalog().endpoints(), moved::add);
    next.others().differences(before.catalog().others(), rewritten::add);
    if (!next.banned().equals(before.catalog().banned())) {
      next.endpoints().keySet().stream()
          .filter(id -> !endpoints(before.catalog(), id).equals(endpoints(next, id)))
          .forEach(moved::add);
    }
    this.naming =
        redescribed.isEmpty()
            ? before.naming()
            : before.naming().after(all(redescribed, before.catalog()), all(redescribed, next));
  }

  private static List<Endpoint> endpoints(Catalog catalog, ServiceId service) {
    return catalog.endpointsOf(service).toList();
  }

  private static List<Service> all(Set<ServiceId> ids, Catalog catalog) {
    return ids.stream().map(catalog.services()::get).flatMap(Stream::ofNullable).toList();
  }

  Mesh mesh() {
    var intentions =
        rewritten(Key.Kind.INTENTIONS).findAny().isEmpty()
            ? before.intentions()
            : Intentions.of(next.others().values());
    var routes =
        rewritten(Key.Kind.ROUTES).findAny().isEmpty()
            ? before.routes()
            : Routes.of(next.others().values());
    return new Mesh(
        before.settings(),
        next,
        naming,
        intentions,
        routes,
        destinations(),
        policies(intentions),
        servedBy(),
        choices(routes));
  }

  private Stream<Key> rewritten(Key.Kind kind) {
    return rewritten.stream().filter(key -> key.kind() == kind);
  }

  /// Services as they were and as they are.
  private Stream<Service> versions(Set<ServiceId> ids) {
    return Stream.concat(all(ids, before.catalog()).stream(), all(ids, next).stream());
  }

  private Trie<ServiceId, List<Destination>> destinations() {
    var touched = new HashSet<>(redescribed);
    touched.addAll(moved);
    versions(Set.copyOf(touched))
        .flatMap(
            service -> Stream.concat(before.naming().namesakes(service), naming.namesakes(service)))
        .forEach(touched::add);
    var destinations = before.destinations();
    for (var id : touched) {
      var service = next.services().get(id);
      destinations =
          service == null
              ? destinations.without(id)
              : destinations.with(id, naming.destinations(service, next));
    }
    return destinations;
  }

  private Trie<ServiceId, InboundPolicy> policies(Intentions intentions) {
    var policies = before.policies();
    var settings = before.settings();
    var now =
        new Policies(
            intentions, next, naming, settings.trustDomain(), settings.mode(), settings.adoption());
    for (var id : ruledAnew(intentions, now)) {
      var service = next.services().get(id);
      policies = service == null ? policies.without(id) : policies.with(id, now.at(service));
    }
    return policies;
  }

  /// The services that rules are about which are new or gone, or name someone who is not the same
  /// any more.
  private Set<ServiceId> ruledAnew(Intentions intentions, Policies now) {
    if (!next.sources().keySet().equals(before.catalog().sources().keySet())
        || !next.banned().identities().equals(before.catalog().banned().identities())) {
      var all = new HashSet<>(redescribed);
      all.addAll(next.services().keySet());
      return all;
    }
    var destinations = new HashSet<Party>();
    rewritten(Key.Kind.INTENTIONS)
        .flatMap(key ->
            Stream.concat(
                intentions(before.catalog().others().get(key)), intentions(next.others().get(key))))
        .map(Intention::destination)
        .forEach(destinations::add);
    var runByOthers =
        moved.stream()
            .filter(id -> !before.catalog().identitiesOf(id).equals(next.identitiesOf(id)))
            .collect(Collectors.toSet());
    var providers = rewritten(Key.Kind.JWT_PROVIDERS).collect(Collectors.toSet());
    if (!providers.isEmpty()) {
      intentions.destinationsAskingFor(providers).forEach(destinations::add);
    }
    var sources = new HashSet<>(redescribed);
    sources.addAll(runByOthers);
    versions(sources).flatMap(intentions::destinationsNaming).forEach(destinations::add);
    var ruled = new HashSet<>(redescribed);
    if (!runByOthers.isEmpty()
        && (before.intentions().forIdentities() || intentions.forIdentities())) {
      ruled.addAll(runByOthers);
    }
    destinations.stream().flatMap(now::services).forEach(ruled::add);
    return ruled;
  }

  private static Stream<Intention> intentions(@Nullable Item item) {
    return item instanceof PolicyObject object ? object.intentions().stream() : Stream.empty();
  }

  /// Of services that routes are about which are new or gone, or have such backends.
  private Trie<ServiceId, Map<Integer, List<Choice>>> choices(Routes routes) {
    var touched = new HashSet<>(redescribed);
    redescribed.forEach(id -> touched.addAll(routes.byBackend().getOrDefault(id, Set.of())));
    rewritten(Key.Kind.ROUTES)
        .flatMap(key ->
            Stream.concat(
                parents(before.catalog().others().get(key)), parents(next.others().get(key))))
        .forEach(touched::add);
    var choices = before.choices();
    for (var id : touched) {
      var service = next.services().get(id);
      var now = service == null ? Map.<Integer, List<Choice>>of() : routes.at(service, next);
      choices = now.isEmpty() ? choices.without(id) : choices.with(id, now);
    }
    return choices;
  }

  private static Stream<ServiceId> parents(@Nullable Item item) {
    return item instanceof RouteObject object
        ? object.parents().stream().map(RouteObject.Parent::service)
        : Stream.empty();
  }

  private Trie<String, List<Mesh.Served>> servedBy() {
    var touched = new HashSet<>(redescribed);
    touched.addAll(moved);
    var fresh = new HashMap<String, List<Mesh.Served>>();
    touched.stream()
        .flatMap(before.catalog()::endpointsOf)
        .forEach(gone -> fresh.put(gone.workload().nodeId(), new ArrayList<>()));
    all(touched, next).forEach(service -> collect(service, fresh));
    var after = before.servedBy();
    for (var node : fresh.entrySet()) {
      var kept =
          before.servedBy().getOrDefault(node.getKey(), List.of()).stream()
              .filter(served -> !touched.contains(served.service().id()));
      var all =
          Stream.concat(kept, node.getValue().stream())
              .sorted(Comparator.comparing(served -> served.service().id()))
              .toList();
      after = all.isEmpty() ? after.without(node.getKey()) : after.with(node.getKey(), all);
    }
    return after;
  }

  private void collect(Service service, Map<String, List<Mesh.Served>> servedBy) {
    next.endpointsOf(service.id())
        .forEach(endpoint ->
            servedBy
                .computeIfAbsent(endpoint.workload().nodeId(), _ -> new ArrayList<>())
                .add(new Mesh.Served(service, endpoint)));
  }
}
