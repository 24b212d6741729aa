package io.tombolo.mesh.policy;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Naming;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// All intentions of the mesh, in the order they are tried, with what is needed to tell whom they
/// name.
///
/// @param all sorted by [Intention#FIRST_TRIED]
/// @param identities who runs each service
public record Intentions(
    TrustDomain trustDomain,
    List<Intention> all,
    Naming naming,
    Map<ServiceId, Set<SpiffeId>> identities,
    Set<SourceId> consuls) {

  public static Intentions of(Catalog catalog, Naming naming, TrustDomain trustDomain) {
    var all =
        catalog.others().values().stream()
            .filter(PolicyObject.class::isInstance)
            .flatMap(item -> ((PolicyObject) item).intentions().stream())
            .sorted(Intention.FIRST_TRIED)
            .toList();
    var identities = new HashMap<ServiceId, Set<SpiffeId>>();
    catalog.services().keySet().forEach(id -> identities.put(id, catalog.identitiesOf(id)));
    var consuls =
        catalog.sources().keySet().stream()
            .filter(source -> source.world() == World.CONSUL)
            .collect(Collectors.toSet());
    return new Intentions(trustDomain, all, naming, identities, consuls);
  }

  /// Who may call this service.
  public InboundPolicy at(Service destination) {
    var rules =
        all.stream()
            .filter(intention -> names(intention.destination(), destination))
            .map(intention -> new Rule(intention, principals(intention.source())))
            .toList();
    return new InboundPolicy(rules);
  }

  private static boolean names(Party party, Service service) {
    return switch (party) {
      case Party.Everyone() -> true;
      case Party.Named(var name) -> service.consulNames().contains(name);
      case Party.InWorld(var world, var namespace, var name) ->
          service.id().source().world() == world
              && service.id().namespace().equals(namespace)
              && service.id().name().equals(name);
      case Party.InNamespace(var namespace) ->
          service.id().source().world() == World.KUBERNETES
              && service.id().namespace().equals(namespace);
      case Party.Account _ -> false;
    };
  }

  private Set<Principal> principals(Party source) {
    return switch (source) {
      case Party.Everyone() -> Set.of(new Principal.Under("spiffe://" + trustDomain + "/ns/"));
      case Party.InNamespace(var namespace) ->
          Set.of(new Principal.Under("spiffe://%s/ns/%s/sa/".formatted(trustDomain, namespace)));
      case Party.Account(var namespace, var account) ->
          Set.of(new Principal.Exactly(SpiffeId.serviceAccount(trustDomain, namespace, account)));
      case Party.Named(var name) ->
          union(
              consulPrincipals("default", name),
              identitiesOf(
                  naming.byConsulName().getOrDefault(name, List.of()).stream().map(Service::id)));
      case Party.InWorld(var world, var namespace, var name) ->
          union(
              world == World.CONSUL ? consulPrincipals(namespace, name) : Set.of(),
              identitiesOf(
                  identities.keySet().stream()
                      .filter(id ->
                          id.source().world() == world
                              && id.namespace().equals(namespace)
                              && id.name().equals(name))));
    };
  }

  /// A Consul name is an identity even if nothing is registered under it yet.
  private Set<Principal> consulPrincipals(String namespace, String name) {
    return consuls.stream()
        .map(dc -> SpiffeId.consulService(trustDomain, namespace, dc.name(), name))
        .map(Principal.Exactly::new)
        .collect(Collectors.toSet());
  }

  private Set<Principal> identitiesOf(Stream<ServiceId> services) {
    return services
        .flatMap(id -> identities.getOrDefault(id, Set.of()).stream())
        .map(Principal.Exactly::new)
        .collect(Collectors.toSet());
  }

  private static Set<Principal> union(Set<Principal> some, Set<Principal> more) {
    var all = new LinkedHashSet<>(some);
    all.addAll(more);
    return all;
  }
}
