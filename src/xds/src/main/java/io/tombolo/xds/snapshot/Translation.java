package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.Trie;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.scope.Visibility;
import io.tombolo.xds.translate.Clusters;
import io.tombolo.xds.translate.Gateways;
import io.tombolo.xds.translate.LoadAssignments;
import io.tombolo.xds.translate.Outbound;
import io.tombolo.xds.translate.OutboundRoutes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// From one snapshot to the next: only destinations that are not as they were are looked at, and of
/// them only that is encoded whose spec is not as it was.
final class Translation {
  private static final Resource BLACKHOLE =
      Resource.of(ResourceType.CLUSTER, Clusters.BLACKHOLE, Clusters.blackhole());
  private static final Resource CAPTURE =
      Resource.of(ResourceType.LISTENER, "capture", Outbound.capture(false));
  private static final Resource CAPTURE_ON_DEMAND =
      Resource.of(ResourceType.LISTENER, "capture", Outbound.capture(true));

  private final Snapshot before;
  private final Mesh mesh;

  /// The destinations that are not as they were, by SNI.
  private final Set<String> touched = new HashSet<>();

  /// Those whose guards or virtual addresses may not be as they were.
  private final Set<String> reguarded = new HashSet<>();

  private Trie<String, Destination> destinations;
  private Trie<String, Integer> networks;
  private Trie<String, Resource> clusters;
  private Trie<String, Resource> routes;
  private Trie<String, Resource> captured;
  private Trie<String, Resource> listeners;
  private Trie<Mesh.Gateway, List<Outbound.Virtual>> claims;
  private Trie<String, Guard> guards;

  Translation(Snapshot before, Mesh mesh) {
    this.before = before;
    this.mesh = mesh;
    var shared = before.sidecars().getOrDefault(Shared.ELSEWHERE, Shared.NOTHING);
    this.destinations = before.destinations();
    this.networks = before.networks();
    this.clusters = shared.clusters().with(BLACKHOLE.name(), BLACKHOLE);
    this.routes = before.routes();
    this.captured = shared.routes();
    var capture = mesh.settings().visibility() == Visibility.ALLOWED ? CAPTURE_ON_DEMAND : CAPTURE;
    this.listeners = shared.listeners().with(capture.name(), capture);
    this.claims = before.claims();
    this.guards = before.guards();
  }

  Snapshot snapshot() {
    compare();
    touched.forEach(this::translate);
    addresses();
    reguarded.forEach(this::guard);
    return new Snapshot(
        mesh, destinations, networks, claims, guards, routes, sidecars(), gateways());
  }

  private void compare() {
    var changed = new HashSet<ServiceId>();
    mesh.destinations().differences(before.mesh().destinations(), changed::add);
    for (var id : changed) {
      var was = Specs.told(before.mesh(), id);
      var is = Specs.told(mesh, id);
      destinations = replaced(destinations, was, is);
      touched.addAll(was.keySet());
      touched.addAll(is.keySet());
    }
    var rerouted = new HashSet<ServiceId>();
    mesh.choices().differences(before.mesh().choices(), rerouted::add);
    rerouted.forEach(id -> touched.addAll(Specs.told(mesh, id).keySet()));
    reguarded.addAll(touched);
    if (mesh.settings().visibility() == Visibility.ALLOWED) {
      governed().flatMap(id -> Specs.told(mesh, id).keySet().stream()).forEach(reguarded::add);
    }
  }

  private static <V> Trie<String, V> replaced(
      Trie<String, V> table, Map<String, V> was, Map<String, V> is) {
    var next = table;
    for (var gone : was.keySet()) {
      next = is.containsKey(gone) ? next : next.without(gone);
    }
    for (var now : is.entrySet()) {
      next = next.with(now.getKey(), now.getValue());
    }
    return next;
  }

  /// The services that are called through others, by name or by route, or whose callers are others,
  /// if that is not as it was.
  private Stream<ServiceId> governed() {
    var ruled = new HashSet<ServiceId>();
    mesh.policies().differences(before.mesh().policies(), ruled::add);
    var named = new HashSet<String>();
    mesh.naming().byReference().differences(before.mesh().naming().byReference(), named::add);
    var governed = new HashSet<>(mesh.routes().reachedOtherwise(before.mesh().routes()));
    governed.addAll(ruled);
    ruled.stream()
        .map(mesh.catalog().services()::get)
        .flatMap(Stream::ofNullable)
        .flatMap(mesh.naming()::namesakes)
        .forEach(governed::add);
    named.stream()
        .flatMap(name -> mesh.naming().claimants(name).stream())
        .map(Service::id)
        .forEach(governed::add);
    return Stream.concat(
        governed.stream(), governed.stream().flatMap(id -> mesh.routes().backends(id).stream()));
  }

  private void translate(String sni) {
    var was = before.destinations().get(sni);
    var is = destinations.get(sni);
    networks = counted(counted(networks, was, -1), is, 1);
    clusters =
        updated(
            clusters,
            sni,
            was == null ? null : Specs.upstream(sni, was),
            is == null ? null : Specs.upstream(sni, is),
            upstream ->
                Resource.of(ResourceType.CLUSTER, upstream.sni(), Clusters.upstream(upstream)));
    routes =
        updated(
            routes,
            sni,
            was == null ? null : Specs.routed(sni, was, before.mesh()),
            is == null ? null : Specs.routed(sni, is, mesh),
            routed -> Resource.of(ResourceType.ROUTES, routed.sni(), OutboundRoutes.of(routed)));
  }

  private static Trie<String, Integer> counted(
      Trie<String, Integer> networks, @Nullable Destination destination, int by) {
    var counted = networks;
    for (var network : destination == null ? Set.<String>of() : Specs.networksOf(destination)) {
      int count = counted.getOrDefault(network, 0) + by;
      counted = count == 0 ? counted.without(network) : counted.with(network, count);
    }
    return counted;
  }

  /// A table with the resource of this destination as it is, encoded anew if what it is made from
  /// is not as it was.
  ///
  /// @param was what it was made from; null if there was none
  /// @param is what it is to be made from; null if there is to be none
  private static <S> Trie<String, Resource> updated(
      Trie<String, Resource> table,
      String sni,
      @Nullable S was,
      @Nullable S is,
      Function<S, Resource> encode) {
    if (is == null) {
      return table.without(sni);
    }
    return is.equals(was) && table.containsKey(sni) ? table : table.with(sni, encode.apply(is));
  }

  /// Decides who answers for each virtual address that is claimed otherwise than before. Of several
  /// the first gets it: Envoy takes each address only once.
  private void addresses() {
    var contested = new HashSet<Mesh.Gateway>();
    for (var sni : touched) {
      for (var virtual : virtuals(before.destinations(), sni)) {
        contested.add(virtual.at());
        claims = claimed(claims, virtual.at(), sni, null);
      }
    }
    for (var sni : touched) {
      for (var virtual : virtuals(destinations, sni)) {
        contested.add(virtual.at());
        claims = claimed(claims, virtual.at(), sni, virtual);
      }
    }
    contested.forEach(this::answer);
  }

  private static List<Outbound.Virtual> virtuals(
      Trie<String, Destination> destinations, String sni) {
    var destination = destinations.get(sni);
    return destination == null ? List.of() : Specs.virtuals(sni, destination);
  }

  private static Trie<Mesh.Gateway, List<Outbound.Virtual>> claimed(
      Trie<Mesh.Gateway, List<Outbound.Virtual>> claims,
      Mesh.Gateway address,
      String sni,
      Outbound.@Nullable Virtual claim) {
    var all =
        Stream.concat(
                claims.getOrDefault(address, List.of()).stream()
                    .filter(known -> !known.sni().equals(sni)),
                Stream.ofNullable(claim))
            .sorted((one, other) -> one.sni().compareTo(other.sni()))
            .toList();
    return all.isEmpty() ? claims.without(address) : claims.with(address, all);
  }

  private void answer(Mesh.Gateway address) {
    var was = first(before.claims(), address);
    var is = first(claims, address);
    if (is == null) {
      listeners = was == null ? listeners : listeners.without(was.listener());
    } else if (!is.equals(was)) {
      listeners =
          listeners.with(
              is.listener(),
              Resource.of(ResourceType.LISTENER, is.listener(), Outbound.virtual(is)));
    }
    Stream.of(was, is).flatMap(Stream::ofNullable).forEach(one -> reguarded.add(one.sni()));
  }

  private static Outbound.@Nullable Virtual first(
      Trie<Mesh.Gateway, List<Outbound.Virtual>> claims, Mesh.Gateway address) {
    var all = claims.get(address);
    return all == null ? null : all.getFirst();
  }

  private void guard(String sni) {
    var destination = destinations.get(sni);
    if (destination == null) {
      guards = guards.without(sni);
      captured = captured.without(sni);
      return;
    }
    var answered =
        Specs.virtuals(sni, destination).stream()
            .filter(virtual -> virtual.equals(first(claims, virtual.at())))
            .map(Outbound.Virtual::listener)
            .collect(Collectors.toUnmodifiableSet());
    guards = guards.with(sni, Guard.of(destination.service(), mesh, answered));
    var route = routes.get(sni);
    captured =
        route == null || answered.isEmpty() ? captured.without(sni) : captured.with(sni, route);
  }

  private Set<String> networks() {
    var all = new HashSet<>(networks.keySet());
    all.addAll(mesh.settings().gateways().keySet());
    all.add(Shared.ELSEWHERE);
    return all;
  }

  private Map<String, Shared> sidecars() {
    var sidecars = new HashMap<String, Shared>();
    for (var network : networks()) {
      var known = before.sidecars().get(network);
      var endpoints = known == null ? Trie.<String, Resource>empty() : known.endpoints();
      for (var sni : known == null ? destinations.keySet() : touched) {
        endpoints =
            updated(
                endpoints,
                sni,
                seen(before.destinations(), sni, network),
                seen(destinations, sni, network),
                Translation::loadAssignment);
      }
      sidecars.put(network, new Shared(clusters, endpoints, listeners, captured));
    }
    return sidecars;
  }

  private LoadAssignments.@Nullable Seen seen(
      Trie<String, Destination> known, String sni, String network) {
    var destination = known.get(sni);
    return destination == null ? null : Specs.seen(sni, destination, network, mesh.settings());
  }

  private static Resource loadAssignment(LoadAssignments.Seen seen) {
    return Resource.of(ResourceType.ENDPOINTS, seen.sni(), LoadAssignments.of(seen));
  }

  private Map<String, Shared> gateways() {
    var gateways = new HashMap<String, Shared>();
    for (var network : networks()) {
      var known = before.gateways().get(network);
      gateways.put(
          network,
          known == null
              ? gateway(
                  Shared.gateway(BLACKHOLE, listener(network)), network, destinations.keySet())
              : gateway(known, network, touched));
    }
    return gateways;
  }

  private Shared gateway(Shared known, String network, Set<String> snis) {
    var passed = known.clusters();
    var endpoints = known.endpoints();
    for (var sni : snis) {
      var was = local(before.destinations(), sni, network);
      var is = local(destinations, sni, network);
      endpoints = updated(endpoints, sni, was, is, Translation::loadAssignment);
      passed =
          updated(
              passed,
              sni,
              was == null ? null : sni,
              is == null ? null : sni,
              name -> Resource.of(ResourceType.CLUSTER, name, Clusters.passedThrough(name)));
    }
    return new Shared(passed, endpoints, known.listeners(), Trie.empty());
  }

  /// What the mesh gateways of a network lead to, if it is that.
  private static LoadAssignments.@Nullable Seen local(
      Trie<String, Destination> known, String sni, String network) {
    var destination = known.get(sni);
    return destination != null && Specs.passedThroughIn(destination).contains(network)
        ? Specs.local(sni, destination, network)
        : null;
  }

  private Resource listener(String network) {
    var settings = mesh.settings();
    var at = Gateways.at(settings.gateways().getOrDefault(network, List.of()));
    var listener = Gateways.listener(at, settings.trustDomain());
    return Resource.of(ResourceType.LISTENER, listener.getName(), listener);
  }
}
