package io.tombolo.mesh.policy;

import static java.util.Comparator.comparingInt;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.catalog.Naming;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Intention.Action;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What intentions mean in a catalog: whom their parties stand for. Not thread-safe.
public final class Policies {
  /// The precedence of one source and one destination.
  private static final int EXACT = 9;

  private record Tried(List<Intention> intentions, Enforcement enforcement) {}

  private final Intentions intentions;
  private final Catalog catalog;
  private final Naming naming;
  private final TrustDomain trustDomain;
  private final Mode mode;
  private final Adoption adoption;
  private final boolean forIdentities;
  private final Tokens tokens;

  /// Many services have the same rules.
  private final Map<Tried, InboundPolicy> known = new HashMap<>();

  private final Map<Party, Set<Principal>> principals = new HashMap<>();

  /// What workloads of each identity serve; null until someone asks.
  private @Nullable Map<SpiffeId, Set<ServiceId>> servedBy;

  public Policies(
      Intentions intentions,
      Catalog catalog,
      Naming naming,
      TrustDomain trustDomain,
      Mode mode,
      Adoption adoption) {
    this.intentions = intentions;
    this.catalog = catalog;
    this.naming = naming;
    this.trustDomain = trustDomain;
    this.mode = mode;
    this.adoption = adoption;
    this.forIdentities = intentions.forIdentities();
    this.tokens = new Tokens(catalog, mode.strict());
  }

  /// Who may call this service; see [InboundPolicy#at(SpiffeId)] for one of its workloads.
  public InboundPolicy at(Service destination) {
    var runBy = forIdentities ? catalog.identitiesOf(destination.id()) : Set.<SpiffeId>of();
    return known.computeIfAbsent(
        new Tried(intentions.at(destination, runBy), adoption.at(destination)), this::policy);
  }

  private InboundPolicy policy(Tried tried) {
    return new InboundPolicy(
        catalog.banned().identities(),
        tried.intentions().stream().sorted(comparingInt(this::turn)).flatMap(this::rules).toList(),
        mode,
        tokens.providers(tried.intentions()),
        tried.enforcement(),
        tried.enforcement() == Enforcement.ENFORCE ? Set.of() : callers(new Party.Everyone()));
  }

  /// Its place among what is otherwise in order. Consul tells its proxies only what differs from
  /// the default, and takes from an intention only callers that one of higher precedence names as
  /// exactly. So there what is said of one source and every destination overtakes what is said of
  /// every source and this one, unless it is the default.
  private int turn(Intention intention) {
    return intention.precedence() >= EXACT ? 0 : overtakes(intention) ? 1 : 2;
  }

  private boolean overtakes(Intention intention) {
    return !mode.strict()
        && intention.ofOneSourceToEveryone()
        && !lastWord(intention).equals(Optional.of(mode.byDefault()));
  }

  /// An intention as steps of a decision.
  private Stream<Rule> rules(Intention intention) {
    var callers = callers(intention.source());
    var rules = new ArrayList<Rule>();
    if (!intention.given().equals(Condition.always())
        && (mode.strict() || !tokens.unknown(intention).isEmpty())) {
      var lacking = Condition.not(read(intention.given(), intention, false));
      rules.add(new Rule(intention, Rule.REQUIREMENT, callers, lacking, Action.DENY));
    }
    for (int i = 0; i < intention.permissions().size(); i++) {
      var permission = intention.permissions().get(i);
      var denies = permission.action() == Action.DENY;
      var condition =
          Condition.allOf(
              given(intention, denies), read(permission.condition(), intention, denies));
      rules.add(new Rule(intention, i, callers, condition, permission.action()));
    }
    lastWord(intention)
        .ifPresent(action ->
            rules.add(
                new Rule(
                    intention,
                    Rule.LAST_WORD,
                    callers,
                    given(intention, action == Action.DENY),
                    action)));
    return rules.stream();
  }

  private Optional<Action> lastWord(Intention intention) {
    return switch (intention.otherwise()) {
      case ALLOW -> Optional.of(Action.ALLOW);
      case DENY -> Optional.of(Action.DENY);
      case DEFAULT -> Optional.of(mode.byDefault());
      case NEXT -> Optional.empty();
    };
  }

  /// What each rule of an intention needs besides its own condition: nothing where lacking it has
  /// been denied.
  private Condition given(Intention intention, boolean inDoubt) {
    return mode.strict() ? Condition.always() : read(intention.given(), intention, inDoubt);
  }

  /// @param inDoubt the answer where the request is not clear
  private Condition read(Condition condition, Intention of, boolean inDoubt) {
    var said = tokens.said(condition, of.writtenIn().source(), inDoubt);
    return mode.strict() ? Strictly.of(said, inDoubt) : said;
  }

  /// The services that a rule about this destination is for.
  public Stream<ServiceId> services(Party destination) {
    return switch (destination) {
      case Party.Everyone(), Party.Anyone() -> catalog.services().keySet().stream();
      case Party.Named(var name) -> naming.claimants(name).stream().map(Service::id);
      case Party.InWorld named -> registered(named);
      case Party.InNamespace(var namespace) ->
          catalog.services().keySet().stream()
              .filter(id -> id.source().world() == World.KUBERNETES)
              .filter(id -> id.namespace().equals(namespace));
      case Party.Account(var namespace, var account) ->
          servedBy(SpiffeId.serviceAccount(trustDomain, namespace, account));
      case Party.Identified(var id) -> servedBy(id);
    };
  }

  private Stream<ServiceId> servedBy(SpiffeId identity) {
    var all = servedBy;
    if (all == null) {
      all = new HashMap<>();
      for (var service : catalog.services().keySet()) {
        for (var one : catalog.identitiesOf(service)) {
          all.computeIfAbsent(one, _ -> new HashSet<>()).add(service);
        }
      }
      servedBy = all;
    }
    return all.getOrDefault(identity, Set.of()).stream();
  }

  private Stream<ServiceId> registered(Party.InWorld named) {
    return catalog.sources().keySet().stream()
        .filter(source -> source.world() == named.world())
        .map(source -> new ServiceId(source, named.namespace(), named.name()))
        .filter(catalog.services()::containsKey);
  }

  /// Whom a rule about this source is about.
  public Set<Principal> callers(Party source) {
    return principals.computeIfAbsent(source, this::principals);
  }

  private Set<Principal> principals(Party source) {
    return switch (source) {
      case Party.Anyone() -> Set.of(new Principal.Under("spiffe://"));
      case Party.Everyone() -> Set.of(new Principal.Under("spiffe://" + trustDomain + "/ns/"));
      case Party.InNamespace(var namespace) ->
          Set.of(new Principal.Under("spiffe://%s/ns/%s/sa/".formatted(trustDomain, namespace)));
      case Party.Account(var namespace, var account) ->
          Set.of(new Principal.Exactly(SpiffeId.serviceAccount(trustDomain, namespace, account)));
      case Party.Identified(var id) -> Set.of(new Principal.Exactly(id));
      case Party.Named(var name) -> union(consulPrincipals("default", name), identities(source));
      case Party.InWorld(var world, var namespace, var name) ->
          union(
              world == World.CONSUL ? consulPrincipals(namespace, name) : Set.of(),
              identities(source));
    };
  }

  /// A Consul name is an identity even if nothing is registered under it yet.
  private Set<Principal> consulPrincipals(String namespace, String name) {
    return catalog.sources().keySet().stream()
        .filter(source -> source.world() == World.CONSUL)
        .map(dc -> SpiffeId.consulService(trustDomain, namespace, dc.name(), name))
        .map(Principal.Exactly::new)
        .collect(Collectors.toSet());
  }

  private Set<Principal> identities(Party services) {
    return services(services)
        .flatMap(id -> catalog.identitiesOf(id).stream())
        .map(Principal.Exactly::new)
        .collect(Collectors.toSet());
  }

  private static Set<Principal> union(Set<Principal> some, Set<Principal> more) {
    var all = new LinkedHashSet<>(some);
    all.addAll(more);
    return all;
  }
}
