package io.tombolo.mesh.traffic;

import static io.tombolo.mesh.catalog.Examples.CLUSTER;
import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Examples;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Intention.Otherwise;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Permission;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.Text;
import io.tombolo.mesh.scope.Visibility;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/// A mesh in which pods call services of Consul on HTTP port 8080. Of each pair an intention with
/// permissions says what is allowed.
///
/// @param callers how many pods
/// @param services how many services
/// @param extra permissions that are tried before all others, by pair
record Shop(int callers, int services, Map<Pair, List<Permission>> extra) {
  static final int PORT = 8080;

  record Pair(int caller, int service) {}

  static SpiffeId caller(int number) {
    return SpiffeId.serviceAccount(TRUST_DOMAIN, "shop", "caller-" + number);
  }

  static ServiceId service(int number) {
    return Examples.aConsulService("service-" + number).id();
  }

  static SpiffeId workload(int service) {
    return SpiffeId.consulService(TRUST_DOMAIN, "default", "dc1", "service-" + service);
  }

  /// Everyone may read below `/api`, and delete with header `x-role: admin`.
  private Intention intention(Pair pair) {
    var permissions = new ArrayList<>(extra.getOrDefault(pair, List.of()));
    permissions.add(
        new Permission(
            Action.ALLOW,
            Condition.allOf(
                new Condition.Path(Text.prefix("/api/")), new Condition.Method("GET"))));
    permissions.add(
        new Permission(
            Action.ALLOW,
            Condition.allOf(
                new Condition.Method("DELETE"),
                new Condition.Header("x-role", Text.exact("admin")))));
    return new Intention(
        new Party.Account("shop", "caller-" + pair.caller()),
        new Party.Named("service-" + pair.service()),
        permissions,
        Otherwise.DENY,
        new Provenance(
            DATACENTER, "service-intentions", "", "service-" + pair.service(), pair.caller()));
  }

  Mesh mesh() {
    var facts = new ArrayList<Fact>();
    for (int service = 0; service < services; service++) {
      var intentions = new ArrayList<Intention>();
      for (int caller = 0; caller < callers; caller++) {
        intentions.add(intention(new Pair(caller, service)));
      }
      var name = "service-" + service;
      facts.add(new Fact.Registered(Examples.aConsulService(name).build()));
      facts.add(
          new Fact.Registered(
              PolicyObject.accepted(
                  PolicyObject.key(DATACENTER, "service-intentions", "", name), intentions)));
    }
    var settings =
        new Mesh.Settings(
            TRUST_DOMAIN,
            new SameName(SameName.Choice.APART, Map.of()),
            Map.of(),
            Visibility.ALLOWED);
    return Mesh.of(Catalog.of(List.of(CLUSTER, DATACENTER)).with(facts), settings);
  }

  static Simulation.Policy policy(Mesh mesh) {
    var known = new HashMap<ServiceId, Optional<InboundPolicy>>();
    return (service, _, _) ->
        known.computeIfAbsent(
            service,
            id ->
                Optional.ofNullable(mesh.policies().get(id))
                    .map(policy ->
                        policy.at(
                            Objects.requireNonNull(mesh.catalog().services().get(id))
                                .ports()
                                .getFirst())));
  }

  /// A request with a path that no other has, as its proxy reports it.
  static Flow flow(Pair pair, int number, RandomGenerator random, Simulation.Policy enforced) {
    var method = List.of("GET", "GET", "POST", "DELETE").get(random.nextInt(4));
    var path = (random.nextInt(10) == 0 ? "/internal/" : "/api/v1/items/") + number;
    Map<String, String> headers =
        random.nextInt(3) == 0
            ? Map.of("x-role", random.nextBoolean() ? "admin" : "clerk")
            : Map.of();
    var request = new Request(caller(pair.caller()), PORT, new Request.Http(method, path, headers));
    boolean allowed =
        enforced
            .at(service(pair.service()), workload(pair.service()), PORT)
            .orElseThrow()
            .decide(request)
            .allowed();
    return new Flow(
        service(pair.service()), workload(pair.service()), request, Set.of("x-role"), allowed);
  }
}
