package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.Trie;
import io.tombolo.mesh.flow.Memo;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.xds.translate.Clusters;
import io.tombolo.xds.translate.Gateways;
import io.tombolo.xds.translate.Http;
import io.tombolo.xds.translate.LoadAssignments;
import io.tombolo.xds.translate.Outbound;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Translates mesh after mesh, each time only what changed. The result depends on the mesh alone.
/// Not thread-safe: it belongs to the one thread that recomputes.
public final class Snapshots {
  private final Memo<String, Clusters.Upstream, Resource> clusters =
      new Memo<>(u -> Resource.of(ResourceType.CLUSTER, u.sni(), Clusters.upstream(u)));
  private final Memo<String, String, Resource> passedThrough =
      new Memo<>(sni -> Resource.of(ResourceType.CLUSTER, sni, Clusters.passedThrough(sni)));
  private final Memo<Place, LoadAssignments.Seen, Resource> endpoints =
      new Memo<>(Snapshots::loadAssignment);
  private final Memo<Place, LoadAssignments.Seen, Resource> localEndpoints =
      new Memo<>(Snapshots::loadAssignment);
  private final Memo<String, String, Resource> routes =
      new Memo<>(sni -> Resource.of(ResourceType.ROUTES, sni, Http.outboundRoute(sni)));
  private final Memo<Mesh.Gateway, Outbound.Virtual, Resource> virtuals =
      new Memo<>(Snapshots::virtual);

  private final Resource blackhole =
      Resource.of(ResourceType.CLUSTER, Clusters.BLACKHOLE, Clusters.blackhole());
  private final Resource capture =
      Resource.of(ResourceType.LISTENER, "capture", Outbound.capture());
  private final Map<String, Trie<String, Resource>> tables = new HashMap<>();
  private @Nullable Snapshot last;

  private static Resource loadAssignment(LoadAssignments.Seen seen) {
    return Resource.of(ResourceType.ENDPOINTS, seen.sni(), LoadAssignments.of(seen));
  }

  private static Resource virtual(Outbound.Virtual virtual) {
    var listener = Outbound.virtual(virtual);
    return Resource.of(ResourceType.LISTENER, listener.getName(), listener);
  }

  /// What this mesh has to say.
  public Snapshot next(Mesh mesh) {
    var before = last;
    var next =
        before != null && sameButAddresses(before, mesh) ? narrow(before, mesh) : whole(mesh);
    last = next;
    return next;
  }

  private Snapshot whole(Mesh mesh) {
    var specs = Specs.of(mesh);
    var allRoutes = table("routes", routes.update(specs.routed()).values().stream());
    return new Snapshot(
        mesh,
        Trie.<String, Destination>empty().updatedTo(specs.destinations()),
        guards(specs),
        allRoutes,
        sidecars(specs, allRoutes),
        gateways(specs));
  }

  /// Are the services the same, and run under the same identities in the same networks? Then
  /// nothing but load assignments can differ, of what is shared.
  @SuppressWarnings("ReferenceEquality") // what was not touched is the same
  private static boolean sameButAddresses(Snapshot before, Mesh mesh) {
    var known = before.mesh();
    return known.naming() == mesh.naming()
        && known.settings() == mesh.settings()
        && changed(before, mesh).allMatch(id -> samePlaces(id, known, mesh));
  }

  private static Stream<ServiceId> changed(Snapshot before, Mesh mesh) {
    var changed = Stream.<ServiceId>builder();
    before.mesh().destinations().differences(mesh.destinations(), changed::add);
    return changed.build();
  }

  /// Who answers for a destination, and in which networks.
  private record Places(SortedSet<SpiffeId> identities, Set<String> networks) {
    static Places of(Destination destination) {
      return new Places(destination.identities(), Specs.networksOf(destination));
    }
  }

  private static boolean samePlaces(ServiceId id, Mesh known, Mesh mesh) {
    return places(id, known).equals(places(id, mesh));
  }

  private static List<Places> places(ServiceId id, Mesh mesh) {
    return mesh.destinations().getOrDefault(id, List.of()).stream().map(Places::of).toList();
  }

  private Snapshot narrow(Snapshot before, Mesh mesh) {
    var destinations = before.destinations();
    var sidecars = new HashMap<>(before.sidecars());
    var gateways = new HashMap<>(before.gateways());
    for (var destination : moved(before, mesh)) {
      var sni = destination.sni(mesh.settings().trustDomain());
      destinations = destinations.with(sni, destination);
      sidecars.replaceAll((network, shared) -> {
        var seen = Specs.seen(mesh, sni, destination, network);
        return shared.with(endpoints.update(new Place(sni, network), seen));
      });
      for (var network : Specs.passedThroughIn(destination)) {
        var local = Specs.local(sni, destination, network);
        var assignment = localEndpoints.update(new Place(sni, network), local);
        gateways.computeIfPresent(network, (_, shared) -> shared.with(assignment));
      }
    }
    return new Snapshot(
        mesh, destinations, guards(before, mesh), before.routes(), sidecars, gateways);
  }

  private Trie<String, Guard> guards(Specs specs) {
    var listeners =
        specs.virtuals().values().stream()
            .collect(
                Collectors.groupingBy(
                    Outbound.Virtual::sni,
                    Collectors.mapping(
                        Outbound.Virtual::listener, Collectors.toUnmodifiableSet())));
    var next = new HashMap<String, Guard>();
    specs
        .destinations()
        .forEach((sni, destination) ->
            next.put(
                sni,
                Guard.of(
                    destination.service(), specs.mesh(), listeners.getOrDefault(sni, Set.of()))));
    return (last == null ? Trie.<String, Guard>empty() : last.guards()).updatedTo(next);
  }

  /// Those of the destinations behind which a policy changed.
  private static Trie<String, Guard> guards(Snapshot before, Mesh mesh) {
    var changed = new HashSet<ServiceId>();
    mesh.policies().differences(before.mesh().policies(), changed::add);
    var guards = before.guards();
    for (var id : changed) {
      var service = mesh.catalog().services().get(id);
      for (var called :
          service == null ? List.<Service>of() : mesh.naming().reachedThrough(service)) {
        for (var port : called.ports()) {
          var sni = Destination.sni(called.id(), port, mesh.settings().trustDomain());
          var told = before.destinations().get(sni);
          if (told != null && told.service().id().equals(called.id())) {
            var listeners = guards.getOrDefault(sni, Guard.NOBODY).listeners();
            guards = guards.with(sni, Guard.of(called, mesh, listeners));
          }
        }
      }
    }
    return guards;
  }

  /// The destinations that changed; of several that go by one SNI the first alone is told.
  private static List<Destination> moved(Snapshot before, Mesh mesh) {
    return changed(before, mesh)
        .flatMap(id -> mesh.destinations().getOrDefault(id, List.of()).stream())
        .filter(destination -> {
          var told = before.destinations().get(destination.sni(mesh.settings().trustDomain()));
          return told != null
              && told.service().id().equals(destination.service().id())
              && told.port().equals(destination.port());
        })
        .toList();
  }

  private Map<String, Shared> sidecars(Specs specs, Trie<String, Resource> allRoutes) {
    var captured = specs.virtuals();
    var called = captured.values().stream().map(Outbound.Virtual::sni).collect(Collectors.toSet());
    var listeners =
        table(
            "listeners",
            Stream.concat(Stream.of(capture), virtuals.update(captured).values().stream()));
    var upstreams =
        table(
            "clusters",
            Stream.concat(
                Stream.of(blackhole), clusters.update(specs.upstreams()).values().stream()));
    var used =
        table(
            "captured routes",
            allRoutes.values().stream().filter(route -> called.contains(route.name())));
    var byNetwork = byNetwork(endpoints.update(specs.seen()));
    var shared = new HashMap<String, Shared>();
    for (var network : specs.networks()) {
      var seen = byNetwork.getOrDefault(network, List.of());
      shared.put(
          network,
          new Shared(upstreams, table("endpoints " + network, seen.stream()), listeners, used));
    }
    return shared;
  }

  private Map<String, Shared> gateways(Specs specs) {
    var settings = specs.mesh().settings();
    var local = byNetwork(localEndpoints.update(specs.passedThrough()));
    var passed = passedThrough.update(specs.exported());
    var shared = new HashMap<String, Shared>();
    for (var network : specs.networks()) {
      var seen = local.getOrDefault(network, List.of());
      var known =
          Stream.concat(
              Stream.of(blackhole),
              seen.stream().map(Resource::name).map(passed::get).map(Objects::requireNonNull));
      var listener =
          Gateways.listener(
              Gateways.at(settings.gateways().getOrDefault(network, List.of())),
              settings.trustDomain());
      shared.put(
          network,
          new Shared(
              table("gateway clusters " + network, known),
              table("gateway endpoints " + network, seen.stream()),
              table(
                  "gateway listeners " + network,
                  Stream.of(Resource.of(ResourceType.LISTENER, listener.getName(), listener))),
              Trie.empty()));
    }
    return shared;
  }

  private static Map<String, List<Resource>> byNetwork(Map<Place, Resource> assignments) {
    return assignments.entrySet().stream()
        .collect(
            Collectors.groupingBy(
                assignment -> assignment.getKey().network(),
                Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
  }

  /// A table of these, which shares with the one of before what is equal.
  private Trie<String, Resource> table(String name, Stream<Resource> resources) {
    var next = new HashMap<String, Resource>();
    resources.forEach(resource -> next.putIfAbsent(resource.name(), resource));
    var table = tables.getOrDefault(name, Trie.empty()).updatedTo(next);
    tables.put(name, table);
    return table;
  }
}
