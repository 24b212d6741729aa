package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Trie;
import io.tombolo.xds.translate.Clusters;
import io.tombolo.xds.translate.Inbound;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What only one proxy is told: how what stands beside it is reached.
record Own(
    Trie<String, Resource> clusters,
    Trie<String, Resource> listeners,
    Trie<String, Resource> routes) {
  static final Own NOTHING = new Own(Trie.empty(), Trie.empty(), Trie.empty());

  static Own of(Workloads.Spec spec) {
    var clusters =
        spec.served().stream()
            .map(Inbound.Served::application)
            .distinct()
            .map(local -> Resource.of(ResourceType.CLUSTER, local.name(), Clusters.local(local)));
    var routes =
        spec.served().stream()
            .filter(served -> served.protocol().isHttp())
            .map(served ->
                Resource.of(ResourceType.ROUTES, served.routes(), Inbound.routes(served)));
    var byAddress =
        spec.served().stream()
            .collect(
                Collectors.groupingBy(
                    served -> served.proxy().toString(), TreeMap::new, Collectors.toList()));
    var listeners =
        byAddress.values().stream()
            .map(served -> Inbound.listener(served, spec.trustDomain()))
            .map(listener -> Resource.of(ResourceType.LISTENER, listener.getName(), listener));
    return new Own(Table.of(clusters), Table.of(listeners), Table.of(routes));
  }
}
