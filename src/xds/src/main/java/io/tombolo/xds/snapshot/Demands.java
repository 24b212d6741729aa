package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Trie;
import io.tombolo.xds.translate.Clusters;
import io.tombolo.xds.translate.Outbound;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What one proxy has asked for by the address that it called, and what it is told of it: a cluster
/// under the name that it asked for.
///
/// @param names as it asked
/// @param made what each cluster was made from
record Demands(
    Set<String> names, Map<String, Clusters.Upstream> made, Trie<String, Resource> clusters) {
  static final Demands NONE = new Demands(Set.of(), Map.of(), Trie.empty());

  /// The SNIs that these names stand for in a snapshot, and those that their requests may be sent
  /// to.
  static Set<String> snis(Set<String> names, Snapshot snapshot) {
    var snis = new HashSet<String>();
    for (var name : names) {
      var sni = sni(name, snapshot);
      var destination = sni == null ? null : snapshot.destinations().get(sni);
      if (sni != null && destination != null) {
        snis.add(sni);
        Specs.backends(destination, snapshot.mesh()).forEach(snis::add);
      }
    }
    return snis;
  }

  private static @Nullable String sni(String name, Snapshot snapshot) {
    return Outbound.demanded(name)
        .flatMap(address -> Stream.ofNullable(snapshot.claims().get(address)).findFirst())
        .map(claims -> claims.getFirst().sni())
        .orElse(null);
  }

  /// What is told of these names in a snapshot, of destinations that the proxy is told of.
  Demands at(Set<String> next, Snapshot snapshot, Scoped scoped) {
    if (next.isEmpty()) {
      return NONE;
    }
    var specs = new HashMap<String, Clusters.Upstream>();
    var told = new HashMap<String, Resource>();
    for (var name : next) {
      var sni = sni(name, snapshot);
      var destination = sni == null ? null : snapshot.destinations().get(sni);
      if (sni != null && destination != null && scoped.part().clusters().containsKey(sni)) {
        var spec = Specs.upstream(sni, destination);
        var known = clusters.get(name);
        specs.put(name, spec);
        told.put(
            name,
            known != null && spec.equals(made.get(name))
                ? known
                : Resource.of(ResourceType.CLUSTER, name, Clusters.demanded(spec, name)));
      }
    }
    return new Demands(Set.copyOf(next), specs, clusters.updatedTo(told));
  }
}
