package io.tombolo.xds;

import static io.tombolo.mesh.catalog.Examples.CLUSTER;
import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.mesh.catalog.Examples.aConsulService;
import static io.tombolo.mesh.catalog.Examples.aService;

import io.tombolo.mesh.catalog.Banned;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Examples.AService;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Health;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.JwtProviderObject;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Permission;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.route.RouteObject;
import io.tombolo.mesh.route.RouteRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/// Facts about a handful of services that come, go and change; two of them share a name.
public record RandomFacts(Random random) {
  private static final List<String> NAMES = List.of("cart", "stock", "billing", "db", "both");
  private static final List<String> PROVIDERS = List.of("okta", "corp");

  public List<Fact> batch() {
    return IntStream.rangeClosed(0, random.nextInt(3)).mapToObj(_ -> fact()).toList();
  }

  private Fact fact() {
    var service = service();
    return switch (random.nextInt(17)) {
      case 0, 1, 2 -> new Fact.Registered(described(service));
      case 3 -> new Fact.Gone(Service.key(service.id()));
      case 4, 5, 6 -> new Fact.Registered(endpoints(service));
      case 7 -> new Fact.Gone(EndpointSet.key(service.id(), ""));
      case 8 -> new Fact.Gone(policy().key());
      case 9 -> new Fact.Gone(route().key());
      case 13 -> new Fact.Bans(banned(service));
      case 10, 11 -> new Fact.Registered(route());
      case 14 -> new Fact.Gone(jwtProvider().key());
      case 15, 16 -> new Fact.Registered(jwtProvider());
      default -> new Fact.Registered(policy());
    };
  }

  private Banned banned(AService service) {
    return random.nextInt(3) == 0
        ? Banned.NOBODY
        : new Banned(
            random.nextBoolean()
                ? Set.of(SpiffeId.serviceAccount(TRUST_DOMAIN, "shop", "other"))
                : Set.of(),
            Set.of(service.endpoint("10.1.0.1").build().workload().nodeId()));
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private AService service() {
    var name = any(NAMES);
    return random.nextBoolean() ? aService(name).calledInConsul(name) : aConsulService(name);
  }

  private Service described(AService service) {
    var protocol = any(List.of(Protocol.values()));
    var plain = service.on(new Port(portName(service), 8080, protocol)).build();
    var virtual = "10.96.0." + Math.floorMod(service.id().hashCode(), 200);
    return new Service(
        plain.id(),
        plain.ports(),
        plain.consulNames(),
        random.nextBoolean() ? List.of(virtual) : List.of(),
        Map.of(),
        random.nextInt(4) > 0,
        any(List.of(HttpProfile.values())));
  }

  private static String portName(AService service) {
    return service.ports().getFirst().name();
  }

  private EndpointSet endpoints(AService service) {
    var prefix = service.id().source().equals(CLUSTER) ? "10.1.0." : "10.2.0.";
    var endpoints = new ArrayList<io.tombolo.mesh.catalog.Endpoint>();
    for (int i = random.nextInt(4); i > 0; i--) {
      var health = any(List.of(Health.values()));
      var endpoint = service.endpoint(prefix + i).that(health);
      endpoints.add(
          (random.nextInt(4) == 0
                  ? endpoint.runningAs(SpiffeId.serviceAccount(TRUST_DOMAIN, "shop", "other"))
                  : endpoint)
              .build());
    }
    return new EndpointSet(service.id(), "", endpoints, List.of());
  }

  private PolicyObject policy() {
    return switch (random.nextInt(8)) {
      case 0, 1 -> TwoWorlds.everyoneMayCallEverything();
      case 2, 3 -> forAnIdentity();
      case 4 -> TwoWorlds.askingForTokens(any(NAMES), any(PROVIDERS));
      default ->
          TwoWorlds.consulIntentions(
              any(NAMES), any(NAMES), any(List.of(Intention.Action.values())));
    };
  }

  /// For whatever workloads of an identity serve.
  private PolicyObject forAnIdentity() {
    var name = any(List.of("cart", "billing", "other"));
    var destination =
        any(
            List.<Party>of(
                new Party.Account("shop", name),
                new Party.Identified(SpiffeId.serviceAccount(TRUST_DOMAIN, "shop", name)),
                new Party.Identified(
                    SpiffeId.consulService(TRUST_DOMAIN, "default", DATACENTER.name(), name))));
    var writtenIn = new Provenance(CLUSTER, "TrafficTarget", "shop", name, 0);
    return PolicyObject.accepted(
        PolicyObject.key(CLUSTER, "TrafficTarget", "shop", name),
        List.of(
            new Intention(
                new Party.Named(any(NAMES)),
                destination,
                List.of(new Permission(Intention.Action.ALLOW, Condition.always())),
                Intention.Otherwise.NEXT,
                writtenIn),
            Intention.closing(destination, writtenIn)));
  }

  private JwtProviderObject jwtProvider() {
    var host = "keys-%d.example".formatted(random.nextInt(2));
    return TwoWorlds.jwtProvider(
        any(PROVIDERS), random.nextBoolean() ? TwoWorlds.knownKeys() : TwoWorlds.fetchedKeys(host));
  }

  private RouteObject route() {
    var name = any(NAMES);
    var backends =
        IntStream.range(0, random.nextInt(3))
            .mapToObj(_ ->
                new RouteRule.Backend(service().id(), 8080 + random.nextInt(2), random.nextInt(3)))
            .toList();
    var rule =
        new RouteRule(
            List.of(
                new RouteRule.Match(
                    any(List.of("/", "/a")), random.nextBoolean(), "", List.of(), List.of())),
            RouteRule.HeaderEdits.NONE,
            RouteRule.HeaderEdits.NONE,
            0,
            backends);
    return RouteObject.accepted(
        RouteObject.key(CLUSTER, "HTTPRoute", "shop", name),
        "",
        List.of(new RouteObject.Parent(service().id(), any(List.of(0, 8080, 9090)))),
        List.of(rule));
  }

  public static List<io.tombolo.mesh.catalog.SourceId> sources() {
    return List.of(CLUSTER, DATACENTER);
  }
}
