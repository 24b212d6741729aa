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

  /// The same with this load assignment.
  Shared with(Resource assignment) {
    return new Shared(clusters, endpoints.with(assignment.name(), assignment), listeners, routes);
  }
}
