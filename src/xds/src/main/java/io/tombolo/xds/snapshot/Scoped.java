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
/// that it may call, and those that its calls may be sent to. Those that it may call as one of many
/// are among them when it has asked for them. Kept by each stream with what it follows from, so
/// that only what changed is decided again.
///
/// @param from what it is a part of
/// @param guards by SNI
/// @param demanded the destinations that it has asked for, by SNI
/// @param part those very tables if it is all of them
record Scoped(Shared from, Trie<String, Guard> guards, Set<String> demanded, Shared part) {
  static final Scoped NOTHING = new Scoped(Shared.NOTHING, Trie.empty(), Set.of(), Shared.NOTHING);

  /// What it is now.
  @SuppressWarnings("ReferenceEquality") // what was not touched is the same
  Scoped at(
      Shared shared, Trie<String, Guard> nextGuards, Set<String> nextDemanded, SpiffeId identity) {
    if (shared == from && nextGuards == guards && nextDemanded.equals(demanded)) {
      return this;
    }
    var decided = new HashSet<String>();
    nextGuards.differences(guards, decided::add);
    if (!nextDemanded.equals(demanded)) {
      decided.addAll(demanded);
      decided.addAll(nextDemanded);
    }
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
      boolean asked = nextDemanded.contains(sni);
      boolean called = guard == null || may.any(guard.policies(), asked);
      boolean concerned = called || (guard != null && may.any(guard.policiesOfRouted(), asked));
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
        Set.copyOf(nextDemanded),
        new Shared(
            whole(clusters, shared.clusters()),
            whole(endpoints, shared.endpoints()),
            whole(listeners, shared.listeners()),
            whole(routes, shared.routes())));
  }

  /// What policies decide about an identity. Many destinations have the very same policy.
  private static final class May {
    private enum Call {
      NEVER,
      AS_ONE_OF_MANY,
      BY_NAME
    }

    private final SpiffeId identity;
    private final IdentityHashMap<InboundPolicy, Call> decided = new IdentityHashMap<>();

    May(SpiffeId identity) {
      this.identity = identity;
    }

    /// Is there one that lets it call, and names it unless it has asked?
    boolean any(List<InboundPolicy> policies, boolean asked) {
      var least = asked ? Call.AS_ONE_OF_MANY : Call.BY_NAME;
      return policies.stream()
          .anyMatch(policy -> decided.computeIfAbsent(policy, this::decide).compareTo(least) >= 0);
    }

    private Call decide(InboundPolicy policy) {
      return policy
          .opening(identity)
          .map(rule ->
              rule.intention().source().wildcards() == 0 ? Call.BY_NAME : Call.AS_ONE_OF_MANY)
          .orElseGet(() -> policy.mayAllow(identity) ? Call.AS_ONE_OF_MANY : Call.NEVER);
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
