package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Trie;

/// What a group of proxies is told alike: the sidecars of a network, or its mesh gateways.
///
/// @param listeners without those that a proxy declares itself
record Shared(
    Trie<String, Resource> clusters,
    Trie<String, Resource> endpoints,
    Trie<String, Resource> listeners,
    Trie<String, Resource> routes) {
  static final Shared NOTHING = new Shared(Trie.empty(), Trie.empty(), Trie.empty(), Trie.empty());

  Shared withEndpoints(Trie<String, Resource> next) {
    return new Shared(clusters, next, listeners, routes);
  }

  Shared withClusters(Trie<String, Resource> next) {
    return new Shared(next, endpoints, listeners, routes);
  }
}
