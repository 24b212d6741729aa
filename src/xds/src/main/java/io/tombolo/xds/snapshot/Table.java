package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Trie;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The resources of one type that a proxy may have, by name.
///
/// @param shared what others have too: the same map for all of them, and from one snapshot to the
///   next while it does not change
/// @param own what is particular to the proxy; no name is in both
public record Table(Trie<String, Resource> shared, Trie<String, Resource> own) {
  public static final Table EMPTY = new Table(Trie.empty(), Trie.empty());

  /// By their names; of one name the first.
  static Trie<String, Resource> of(Stream<Resource> resources) {
    return resources.reduce(
        Trie.<String, Resource>empty(),
        (table, resource) ->
            table.containsKey(resource.name()) ? table : table.with(resource.name(), resource),
        (one, _) -> one);
  }

  public Optional<Resource> get(String name) {
    return Optional.ofNullable(find(name));
  }

  /// The same, for those who ask often.
  public @Nullable Resource find(String name) {
    var found = own.get(name);
    return found != null ? found : shared.get(name);
  }

  /// In the order of their names.
  public Stream<Resource> all() {
    return Stream.concat(shared.values().stream(), own.values().stream())
        .sorted(Comparator.comparing(Resource::name));
  }

  /// Tells the names of what is not the same here and there, possibly twice.
  public void differences(Table other, Consumer<String> name) {
    shared.differences(other.shared, name);
    own.differences(other.own, name);
  }

  public int size() {
    return shared.size() + own.size();
  }
}
