package io.tombolo.mesh.traffic;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Policies;
import io.tombolo.mesh.policy.Principal;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How a kind of object names whom it is about. A name is used only if it means exactly the one who
/// is meant.
public sealed interface Dialect {
  /// How it names a caller.
  Optional<Party> source(SpiffeId caller);

  /// How it names a service that is called.
  Optional<Party> destination(ServiceId service);

  /// The `Intention` of Kubernetes, which can name every identity.
  ///
  /// @param policies tell what names mean
  record Kubernetes(Policies policies, TrustDomain trustDomain) implements Dialect {
    @Override
    public Optional<Party> source(SpiffeId caller) {
      var segments = caller.path().split("/", -1);
      Stream<Party> names =
          caller.trustDomain().equals(trustDomain)
              ? Stream.concat(account(segments), consulService(segments))
              : Stream.empty();
      return names
          .filter(party -> policies.callers(party).equals(Set.of(new Principal.Exactly(caller))))
          .findFirst()
          .or(() -> Optional.of(new Party.Identified(caller)));
    }

    private static Stream<Party> account(String[] segments) {
      return segments.length == 5 && segments[1].equals("ns") && segments[3].equals("sa")
          ? named(() -> new Party.Account(segments[2], segments[4]))
          : Stream.empty();
    }

    private static Stream<Party> consulService(String[] segments) {
      return segments.length == 7 && segments[3].equals("dc") && segments[5].equals("svc")
          ? named(() -> new Party.InWorld(World.CONSUL, segments[2], segments[6]))
          : Stream.empty();
    }

    private static Stream<Party> named(Supplier<Party> party) {
      try {
        return Stream.of(party.get());
      } catch (IllegalArgumentException noLabel) {
        return Stream.empty();
      }
    }

    @Override
    public Optional<Party> destination(ServiceId service) {
      var party = new Party.InWorld(service.source().world(), service.namespace(), service.name());
      return Optional.<Party>of(party).filter(name -> means(policies, name, service));
    }
  }

  /// Consul's `service-intentions`, which know services by their names in Consul.
  ///
  /// @param policies tell what names mean
  /// @param callers by identity, those that have such a name for themselves alone
  record Consul(Policies policies, Catalog catalog, Map<SpiffeId, Party> callers)
      implements Dialect {
    private static final String NAMESPACE = "default";

    public static Consul of(Policies policies, Catalog catalog, TrustDomain trustDomain) {
      var callers = new HashMap<SpiffeId, Party>();
      names(catalog.services().values())
          .forEach(name -> {
            var nobody = unregistered(name, catalog, trustDomain);
            var meant =
                policies.callers(name).stream().filter(one -> !nobody.contains(one)).toList();
            if (meant.size() == 1 && meant.getFirst() instanceof Principal.Exactly(var caller)) {
              callers.merge(caller, name, Consul::first);
            }
          });
      return new Consul(policies, catalog, callers);
    }

    /// The identities that services of Consul would have which are not registered.
    private static Set<Principal> unregistered(
        Party.Named name, Catalog catalog, TrustDomain trustDomain) {
      return catalog.sources().keySet().stream()
          .filter(source -> source.world() == World.CONSUL)
          .map(source -> new ServiceId(source, NAMESPACE, name.name()))
          .filter(service -> !catalog.services().containsKey(service))
          .map(service ->
              SpiffeId.consulService(
                  trustDomain, NAMESPACE, service.source().name(), service.name()))
          .map(Principal.Exactly::new)
          .collect(Collectors.toSet());
    }

    private static Party first(Party one, Party other) {
      return one.toString().compareTo(other.toString()) <= 0 ? one : other;
    }

    private static Stream<Party.Named> names(Collection<Service> services) {
      return services.stream()
          .flatMap(service -> service.consulNames().stream())
          .filter(Names::isLabel)
          .distinct()
          .map(Party.Named::new);
    }

    @Override
    public Optional<Party> source(SpiffeId caller) {
      return Optional.ofNullable(callers.get(caller));
    }

    @Override
    public Optional<Party> destination(ServiceId service) {
      return Stream.ofNullable(catalog.services().get(service))
          .flatMap(known -> names(Set.of(known)))
          .filter(name -> means(policies, name, service))
          .<Party>map(name -> name)
          .min(Comparator.comparing(Party::toString));
    }
  }

  private static boolean means(Policies policies, Party name, ServiceId service) {
    return policies.services(name).toList().equals(List.of(service));
  }
}
