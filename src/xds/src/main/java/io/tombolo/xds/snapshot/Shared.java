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
  /// A network that nothing is known of: whatever is reached from there is reached at gateways.
  static final String ELSEWHERE = "";

  static final Shared NOTHING = new Shared(Trie.empty(), Trie.empty(), Trie.empty(), Trie.empty());

  /// What the mesh gateways of a network are told while they lead nowhere.
  static Shared gateway(Resource blackhole, Resource listener) {
    return new Shared(
        Trie.<String, Resource>empty().with(blackhole.name(), blackhole),
        Trie.empty(),
        Trie.<String, Resource>empty().with(listener.name(), listener),
        Trie.empty());
  }
}
