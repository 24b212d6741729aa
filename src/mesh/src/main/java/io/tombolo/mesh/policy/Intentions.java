package io.tombolo.mesh.policy;

import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.identity.SpiffeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// All intentions of the mesh, by whom they name.
///
/// @param byDestination in the order in which they are tried
/// @param bySource the destinations of those that name a source
public record Intentions(Map<Party, List<Tried>> byDestination, Map<Party, Set<Party>> bySource) {
  public static final Intentions NONE = new Intentions(Map.of(), Map.of());

  /// @param rank its place in the order in which all intentions are tried
  public record Tried(int rank, Intention intention) {}

  /// Those of all objects that are policies.
  public static Intentions of(Collection<Item> items) {
    var all =
        items.stream()
            .filter(PolicyObject.class::isInstance)
            .flatMap(item -> ((PolicyObject) item).intentions().stream())
            .sorted(Intention.FIRST_TRIED)
            .toList();
    var byDestination = new HashMap<Party, List<Tried>>();
    var bySource = new HashMap<Party, Set<Party>>();
    for (int rank = 0; rank < all.size(); rank++) {
      var intention = all.get(rank);
      byDestination
          .computeIfAbsent(intention.destination(), _ -> new ArrayList<>())
          .add(new Tried(rank, intention));
      bySource
          .computeIfAbsent(intention.source(), _ -> new HashSet<>())
          .add(intention.destination());
    }
    return new Intentions(byDestination, bySource);
  }

  /// What is about calls to this service, in the order in which it is tried.
  ///
  /// @param runBy the identities of its workloads
  public List<Intention> at(Service destination, Set<SpiffeId> runBy) {
    return Stream.concat(parties(destination), runBy.stream().flatMap(Party::of))
        .flatMap(party -> byDestination.getOrDefault(party, List.of()).stream())
        .sorted(Comparator.comparingInt(Tried::rank))
        .map(Tried::intention)
        .toList();
  }

  /// Is any of them for workloads of an identity, whatever they serve?
  public boolean forIdentities() {
    return byDestination.keySet().stream().anyMatch(Party::isIdentity);
  }

  /// Which destinations there are rules for that name this service as their source, by one of its
  /// names and not just as one of many.
  public Stream<Party> destinationsNaming(Service source) {
    return parties(source)
        .filter(party -> party.wildcards() == 0)
        .flatMap(party -> bySource.getOrDefault(party, Set.of()).stream());
  }

  /// The destinations of those that ask for a token of one of these providers.
  public Stream<Party> destinationsAskingFor(Set<Key> providers) {
    return byDestination.entrySet().stream()
        .filter(tried ->
            tried.getValue().stream()
                .flatMap(one -> one.intention().providers())
                .anyMatch(providers::contains))
        .map(Map.Entry::getKey);
  }

  /// All that a service may be named by.
  private static Stream<Party> parties(Service service) {
    var id = service.id();
    var names =
        Stream.concat(
            service.consulNames().stream().filter(Names::isLabel).<Party>map(Party.Named::new),
            Stream.of(
                new Party.Everyone(),
                new Party.InWorld(id.source().world(), id.namespace(), id.name())));
    return id.source().world() == World.KUBERNETES
        ? Stream.concat(names, Stream.of(new Party.InNamespace(id.namespace())))
        : names;
  }
}
