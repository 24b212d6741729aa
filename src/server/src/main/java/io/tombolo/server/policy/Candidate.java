package io.tombolo.server.policy;

import io.tombolo.directory.DirectorySource;
import io.tombolo.directory.Documents;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.flow.Mesh;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Policies that are not in force, such as files say them.
///
/// @param items what was read: policies, and services if there are some among it
public record Candidate(List<Item> items, Replacing replacing) {
  /// Which of the policies in force it stands in the place of.
  public enum Replacing {
    /// All intentions, of every source: what it says is all that there is. Providers of tokens
    /// stay, unless it has one of the same name.
    EVERYTHING,
    /// Those of the same source, kind and name, as if it were applied to what is in force.
    SAME_OBJECTS
  }

  /// Files as they are sent.
  ///
  /// @param files texts by name, see [Documents]
  /// @param sources by world, the source of files that are in no folder of one; where none is
  ///   named, the only one that is configured
  public record Document(
      SortedMap<String, String> files, Replacing replacing, Map<World, String> sources) {}

  public Candidate {
    items = List.copyOf(items);
  }

  /// What is in force already.
  public static Candidate inForce() {
    return new Candidate(List.of(), Replacing.SAME_OBJECTS);
  }

  /// @throws IllegalArgumentException if some of it would not be in force as it is written; the
  ///   message says what, and the way out
  public static Candidate read(Document document, Mesh live) {
    var settings =
        new DirectorySource.Settings(
            live.settings().trustDomain(), new Networks(Map.of()), _ -> "here");
    var items =
        Documents.read(
            document.files(), settings, world -> sourceOf(world, document.sources(), live));
    return new Candidate(items, document.replacing());
  }

  private static SourceId sourceOf(World world, Map<World, String> named, Mesh live) {
    var configured =
        live.catalog().sources().keySet().stream().filter(id -> id.world() == world).toList();
    var name = named.get(world);
    if (name != null) {
      return new SourceId(world, name);
    }
    if (configured.size() != 1) {
      throw new IllegalArgumentException(
          "the files are of %s, of which %s configured: name one with --%s"
              .formatted(
                  world == World.CONSUL ? "a Consul datacenter" : "a Kubernetes cluster",
                  configured.isEmpty() ? "none is" : "several are (" + names(configured) + ")",
                  world == World.CONSUL ? "datacenter" : "cluster"));
    }
    return configured.getFirst();
  }

  private static String names(List<SourceId> sources) {
    return sources.stream().map(SourceId::name).collect(Collectors.joining(", "));
  }

  /// The mesh with these policies, read in its own way.
  public Mesh in(Mesh live) {
    return in(live.catalog(), live.settings());
  }

  /// The mesh that a catalog is with these policies. Services that only the files say are there
  /// too; where both say one, it is as the catalog has it.
  public Mesh in(Catalog catalog, Mesh.Settings settings) {
    var kept =
        switch (replacing) {
          case EVERYTHING -> catalog.with(intentions(catalog).<Fact>map(Fact.Gone::new).toList());
          case SAME_OBJECTS -> catalog;
        };
    var policies =
        items.stream().filter(Candidate::isPolicy).<Fact>map(Fact.Registered::new).toList();
    return Mesh.of(serving(kept).with(policies), settings);
  }

  /// The catalog with the services that only the files say.
  Catalog serving(Catalog catalog) {
    var sources = new TreeMap<SourceId, SourceId>();
    items.forEach(item -> sources.put(item.key().source(), item.key().source()));
    var all = catalog;
    for (var source : sources.keySet()) {
      all = all.alsoOf(source);
    }
    var known =
        Stream.concat(
                catalog.services().values().stream().map(Item::key),
                catalog.endpoints().values().stream()
                    .flatMap(sets -> sets.values().stream())
                    .map(Item::key))
            .map(Candidate::service)
            .collect(Collectors.toSet());
    return all.with(
        items.stream()
            .filter(item -> isOfService(item.key()) && !known.contains(service(item.key())))
            .<Fact>map(Fact.Registered::new)
            .toList());
  }

  private static Stream<Key> intentions(Catalog catalog) {
    return catalog.others().keySet().stream().filter(key -> key.kind() == Key.Kind.INTENTIONS);
  }

  private static boolean isPolicy(Item item) {
    return switch (item.key().kind()) {
      case INTENTIONS, JWT_PROVIDERS -> true;
      case SERVICE, ENDPOINTS, ROUTES, REFUSED -> false;
    };
  }

  private static boolean isOfService(Key key) {
    return key.kind() == Key.Kind.SERVICE || key.kind() == Key.Kind.ENDPOINTS;
  }

  /// What service and endpoints have in common.
  private static Key service(Key key) {
    return new Key(key.source(), Key.Kind.SERVICE, key.namespace(), key.name(), "");
  }

  @Override
  public String toString() {
    return "Candidate[%s, %d items]".formatted(Names.printable(replacing.name()), items.size());
  }
}
