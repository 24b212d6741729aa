package io.tombolo.server.policy;

import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Health;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.catalog.Workload;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Party;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Services that are taken to be there although no source says so: those that intentions name, and
/// one of each source that stands for every service that none of them names.
///
/// @param items with who runs them
/// @param titles what they are called, by ID
record Assumed(List<Item> items, Map<ServiceId, String> titles) {
  private static final Port PORT = new Port("http", 8080, Protocol.HTTP);

  /// @param meshes with the same services
  static Assumed of(List<Mesh> meshes) {
    var assumed = new Assumed(new ArrayList<>(), new TreeMap<>());
    var parties =
        meshes.stream()
            .flatMap(mesh ->
                Stream.concat(
                    mesh.intentions().byDestination().keySet().stream(),
                    mesh.intentions().bySource().keySet().stream()))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    var mesh = meshes.getFirst();
    for (var party : parties) {
      named(party, mesh)
          .filter(id -> !assumed.titles.containsKey(id))
          .ifPresent(id -> assumed.add(id, id + " (not in the catalog)", mesh));
    }
    meshes.stream()
        .flatMap(one -> one.intentions().byDestination().keySet().stream())
        .filter(Party::isIdentity)
        .distinct()
        .forEach(party -> assumed.addRunBy(party, parties, mesh));
    for (var source : mesh.catalog().sources().keySet()) {
      assumed.addOthers(source, parties, mesh);
    }
    return assumed;
  }

  /// The service that a party names, if it is not there.
  private static Optional<ServiceId> named(Party party, Mesh mesh) {
    var sources = mesh.catalog().sources().keySet();
    return switch (party) {
      case Party.Named(var name) ->
          mesh.naming().claimants(name).isEmpty()
              ? first(sources, World.CONSUL).map(source -> new ServiceId(source, "default", name))
              : Optional.empty();
      case Party.InWorld(var world, var namespace, var name) ->
          sources.stream()
                  .filter(source -> source.world() == world)
                  .map(source -> new ServiceId(source, namespace, name))
                  .anyMatch(mesh.catalog().services()::containsKey)
              ? Optional.empty()
              : first(sources, world).map(source -> new ServiceId(source, namespace, name));
      case Party.Everyone _, Party.Anyone _, Party.InNamespace _ -> Optional.empty();
      case Party.Account _, Party.Identified _ -> Optional.empty();
    };
  }

  private static Optional<SourceId> first(Set<SourceId> sources, World world) {
    return sources.stream().filter(source -> source.world() == world).findFirst();
  }

  /// A service for rules about whatever workloads of an identity serve, if they serve nothing.
  private void addRunBy(Party party, Set<Party> parties, Mesh mesh) {
    var identity =
        switch (party) {
          case Party.Account(var namespace, var account) ->
              SpiffeId.serviceAccount(mesh.settings().trustDomain(), namespace, account);
          case Party.Identified(var id) -> id;
          default -> throw new IllegalArgumentException("is no identity: " + party);
        };
    var namespace = party instanceof Party.Account account ? account.namespace() : "default";
    var world = party instanceof Party.Account ? World.KUBERNETES : World.CONSUL;
    var catalog = mesh.catalog();
    var sources = catalog.sources().keySet();
    if (catalog.services().keySet().stream()
        .noneMatch(id -> catalog.identitiesOf(id).contains(identity))) {
      first(sources, world)
          .or(() -> sources.stream().findFirst())
          .map(source -> other(source, namespace, parties, mesh))
          .ifPresent(id -> add(id, "whatever %s serves".formatted(identity), identity));
    }
  }

  private void addOthers(SourceId source, Set<Party> parties, Mesh mesh) {
    switch (source.world()) {
      case CONSUL ->
          add(other(source, "default", parties, mesh), "any other service of " + source, mesh);
      case KUBERNETES -> {
        var namespaces = new TreeSet<String>();
        for (var party : parties) {
          if (party instanceof Party.InNamespace(var namespace)) {
            namespaces.add(namespace);
          }
        }
        for (var namespace : namespaces) {
          add(
              other(source, namespace, parties, mesh),
              "any other service of %s/%s".formatted(source, namespace),
              mesh);
        }
        var elsewhere =
            Stream.iterate("any-other", name -> name + "-x")
                .filter(name -> !namespaces.contains(name))
                .findFirst()
                .orElseThrow();
        add(other(source, elsewhere, parties, mesh), "any other service of " + source, mesh);
      }
    }
  }

  /// A name that nobody goes by and nobody is called by.
  private ServiceId other(SourceId source, String namespace, Set<Party> parties, Mesh mesh) {
    return Stream.iterate("any-other", name -> name + "-x")
        .filter(name -> mesh.naming().claimants(consulName(source, namespace, name)).isEmpty())
        .filter(name -> !parties.contains(new Party.Named(consulName(source, namespace, name))))
        .filter(name -> !parties.contains(new Party.InWorld(source.world(), namespace, name)))
        .map(name -> new ServiceId(source, namespace, name))
        .filter(id -> !mesh.catalog().services().containsKey(id) && !titles.containsKey(id))
        .findFirst()
        .orElseThrow();
  }

  private static String consulName(SourceId source, String namespace, String name) {
    return source.world() == World.CONSUL ? name : name + "-" + namespace;
  }

  /// Run by a service account of its name, or by instances in Consul.
  private void add(ServiceId id, String title, Mesh mesh) {
    var trustDomain = mesh.settings().trustDomain();
    add(
        id,
        title,
        id.source().world() == World.KUBERNETES
            ? SpiffeId.serviceAccount(trustDomain, id.namespace(), id.name())
            : SpiffeId.consulService(trustDomain, id.namespace(), id.source().name(), id.name()));
  }

  private void add(ServiceId id, String title, SpiffeId runBy) {
    var names = Set.of(consulName(id.source(), id.namespace(), id.name()));
    titles.put(id, title);
    items.add(new Service(id, List.of(PORT), names, List.of(), Map.of(), true, HttpProfile.STRICT));
    items.add(new EndpointSet(id, "", List.of(endpoint(id, runBy)), List.of()));
  }

  private static Endpoint endpoint(ServiceId id, SpiffeId identity) {
    return new Endpoint(
        new Workload(id.source(), id.namespace(), id.name(), identity),
        PORT.name(),
        "192.0.2.1",
        PORT.number(),
        "192.0.2.1",
        Endpoint.PROXY_PORT,
        "nowhere",
        "",
        Health.HEALTHY,
        1);
  }
}
