package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Trie;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.xds.translate.Outbound;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// What of that which the sidecars of a network are told concerns one identity: the destinations
/// that it may call, and those that its calls may be sent to. Kept by each stream with what it
/// follows from, so that only what changed is decided again.
///
/// @param from what it is a part of
/// @param guards by SNI
/// @param part those very tables if it is all of them
record Scoped(Shared from, Trie<String, Guard> guards, Shared part) {
  static final Scoped NOTHING = new Scoped(Shared.NOTHING, Trie.empty(), Shared.NOTHING);

  /// What it is now.
  @SuppressWarnings("ReferenceEquality") // what was not touched is the same
  Scoped at(Shared shared, Trie<String, Guard> nextGuards, SpiffeId identity) {
    if (shared == from && nextGuards == guards) {
      return this;
    }
    var decided = new HashSet<String>();
    nextGuards.differences(guards, decided::add);
    shared.clusters().differences(from.clusters(), decided::add);
    shared.endpoints().differences(from.endpoints(), decided::add);
    shared.routes().differences(from.routes(), decided::add);
    shared
        .listeners()
        .differences(
            from.listeners(),
            name -> {
              if (!Outbound.isVirtual(name)) {
                decided.add(name);
              }
            });
    var clusters = part.clusters();
    var endpoints = part.endpoints();
    var listeners = part.listeners();
    var routes = part.routes();
    var may = new May(identity);
    // One address may go from a destination to another.
    for (var sni : decided) {
      for (var listener : guards.getOrDefault(sni, Guard.NOBODY).listeners()) {
        listeners = listeners.without(listener);
      }
    }
    for (var sni : decided) {
      var guard = nextGuards.get(sni);
      boolean called = guard == null || may.any(guard.policies());
      boolean concerned = called || (guard != null && may.any(guard.policiesOfRouted()));
      clusters = copied(clusters, sni, shared.clusters(), concerned);
      endpoints = copied(endpoints, sni, shared.endpoints(), concerned);
      listeners = copied(listeners, sni, shared.listeners(), called);
      for (var listener : guard == null ? Set.<String>of() : guard.listeners()) {
        listeners = copied(listeners, listener, shared.listeners(), called);
      }
      routes = copied(routes, sni, shared.routes(), called);
    }
    return new Scoped(
        shared,
        nextGuards,
        new Shared(
            whole(clusters, shared.clusters()),
            whole(endpoints, shared.endpoints()),
            whole(listeners, shared.listeners()),
            whole(routes, shared.routes())));
  }

  /// What policies decide about an identity. Many destinations have the very same policy.
  private static final class May {
    private final SpiffeId identity;
    private final IdentityHashMap<InboundPolicy, Boolean> decided = new IdentityHashMap<>();

    May(SpiffeId identity) {
      this.identity = identity;
    }

    boolean any(List<InboundPolicy> policies) {
      return policies.stream()
          .anyMatch(
              policy -> decided.computeIfAbsent(policy, one -> one.decide(identity).allowed()));
    }
  }

  private static Trie<String, Resource> copied(
      Trie<String, Resource> part, String name, Trie<String, Resource> all, boolean concerned) {
    var resource = concerned ? all.get(name) : null;
    return resource == null ? part.without(name) : part.with(name, resource);
  }

  /// Whoever may see all of a table has the one that others have.
  private static Trie<String, Resource> whole(
      Trie<String, Resource> part, Trie<String, Resource> all) {
    return part.size() == all.size() ? all : part;
  }
}
