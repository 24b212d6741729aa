package io.tombolo.mesh.catalog;

import io.tombolo.mesh.identity.SpiffeId;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Everything that every source has said, at one moment. Immutable.
///
/// @param revision counts the batches of facts that changed something
/// @param services by ID
/// @param endpoints the sets of a service, by part
/// @param others intentions, routes and refused objects, by key
/// @param sources every configured source
/// @param banned who may not take part
public record Catalog(
    long revision,
    Trie<ServiceId, Service> services,
    Trie<ServiceId, Map<String, EndpointSet>> endpoints,
    Trie<Key, Item> others,
    Map<SourceId, SourceStatus> sources,
    Banned banned) {

  /// The same where this source is configured too, with nothing in it.
  public Catalog alsoOf(SourceId source) {
    if (sources.containsKey(source)) {
      return this;
    }
    var more = new TreeMap<>(sources);
    more.put(source, new SourceStatus.Synced());
    return new Catalog(revision, services, endpoints, others, more, banned);
  }

  /// What is known before any source has spoken.
  public static Catalog of(Collection<SourceId> configured) {
    var sources = new TreeMap<SourceId, SourceStatus>();
    configured.forEach(source -> sources.put(source, new SourceStatus.Pending(false)));
    return new Catalog(0, Trie.empty(), Trie.empty(), Trie.empty(), sources, Banned.NOBODY);
  }

  /// Has every configured source synced or been declared stale?
  public boolean servable() {
    return sources.values().stream().allMatch(SourceStatus::servable);
  }

  /// All endpoints of a service that are not banned, of all its sets, in the order of the sets'
  /// names.
  public Stream<Endpoint> endpointsOf(ServiceId service) {
    return new TreeMap<>(endpoints.getOrDefault(service, Map.of()))
        .values().stream()
            .flatMap(set -> set.endpoints().stream())
            .filter(endpoint -> !banned.covers(endpoint.workload()));
  }

  /// Who runs a service.
  public Set<SpiffeId> identitiesOf(ServiceId service) {
    return endpointsOf(service)
        .map(endpoint -> endpoint.workload().identity())
        .collect(Collectors.toSet());
  }

  /// The items of one source.
  public Stream<Item> itemsOf(SourceId source) {
    return Stream.of(
            services.values().stream(),
            endpoints.values().stream().flatMap(sets -> sets.values().stream()),
            others.values().stream())
        .<Item>flatMap(items -> items)
        .filter(item -> item.key().source().equals(source));
  }

  /// The catalog after these facts, or this very one if they change nothing.
  ///
  /// Facts of a source that is not configured are an error of the caller.
  public Catalog with(List<Fact> facts) {
    var next = new Draft(this);
    facts.forEach(next::take);
    return next.catalog();
  }

  /// The next catalog while it is put together.
  private static final class Draft {
    private final Catalog before;
    private Trie<ServiceId, Service> services;
    private Trie<ServiceId, Map<String, EndpointSet>> endpoints;
    private Trie<Key, Item> others;
    private final Map<SourceId, SourceStatus> sources;
    private Banned banned;

    Draft(Catalog before) {
      this.before = before;
      this.services = before.services;
      this.endpoints = before.endpoints;
      this.others = before.others;
      this.sources = new TreeMap<>(before.sources);
      this.banned = before.banned;
    }

    void take(Fact fact) {
      if (fact instanceof Fact.OfSource said && !sources.containsKey(said.source())) {
        throw new IllegalArgumentException("not a configured source: " + said.source());
      }
      switch (fact) {
        case Fact.Registered(var item) -> put(item);
        case Fact.Gone(var key) -> remove(key);
        case Fact.Complete(var source, var present) -> complete(source, present);
        case Fact.Bans(var now) -> banned = now;
        case Fact.Recalled(var source) -> status(source, new SourceStatus.Pending(true));
        case Fact.Lost lost -> status(lost.source(), after(lost, status(lost.source())));
      }
    }

    private static SourceStatus after(Fact.Lost lost, SourceStatus before) {
      return switch (before) {
        case SourceStatus.Synced() -> new SourceStatus.Stale(lost.since(), lost.why());
        case SourceStatus.Stale(var first, _) -> new SourceStatus.Stale(first, lost.why());
        case SourceStatus.Failed(var first, _) -> new SourceStatus.Failed(first, lost.why());
        case SourceStatus.Pending(var recalled) ->
            recalled
                ? new SourceStatus.Stale(lost.since(), lost.why())
                : new SourceStatus.Failed(lost.since(), lost.why());
      };
    }

    private SourceStatus status(SourceId source) {
      return Objects.requireNonNull(sources.get(source));
    }

    private void status(SourceId source, SourceStatus status) {
      sources.put(source, status);
    }

    private void put(Item item) {
      switch (item) {
        case Service service -> services = services.with(service.id(), service);
        case EndpointSet set -> {
          var sets = new HashMap<>(endpoints.getOrDefault(set.service(), Map.of()));
          sets.put(set.part(), set);
          endpoints = endpoints.with(set.service(), Map.copyOf(sets));
        }
        default -> {
          var known = others.get(item.key());
          var kept =
              known != null && item instanceof Revisable revisable
                  ? revisable.succeeding(known)
                  : item;
          others = others.with(item.key(), kept);
        }
      }
    }

    private void remove(Key key) {
      switch (key.kind()) {
        case SERVICE -> services = services.without(serviceOf(key));
        case ENDPOINTS -> {
          var id = serviceOf(key);
          var sets = new HashMap<>(endpoints.getOrDefault(id, Map.of()));
          sets.remove(key.part());
          endpoints = sets.isEmpty() ? endpoints.without(id) : endpoints.with(id, Map.copyOf(sets));
        }
        case INTENTIONS, ROUTES, JWT_PROVIDERS, REFUSED -> others = others.without(key);
      }
    }

    private void complete(SourceId source, Set<Key> present) {
      var gone = new HashSet<Key>();
      catalog().itemsOf(source).map(Item::key).filter(k -> !present.contains(k)).forEach(gone::add);
      gone.forEach(this::remove);
      status(source, new SourceStatus.Synced());
    }

    private static ServiceId serviceOf(Key key) {
      return new ServiceId(key.source(), key.namespace(), key.name());
    }

    /// The catalog after what was taken, or the very one of before if that changed nothing.
    @SuppressWarnings("ReferenceEquality") // an equal trie is the same
    Catalog catalog() {
      return services == before.services
              && endpoints == before.endpoints
              && others == before.others
              && sources.equals(before.sources)
              && banned.equals(before.banned)
          ? before
          : new Catalog(
              before.revision + 1,
              services,
              endpoints,
              others,
              Collections.unmodifiableMap(new TreeMap<>(sources)),
              banned);
    }
  }
}
