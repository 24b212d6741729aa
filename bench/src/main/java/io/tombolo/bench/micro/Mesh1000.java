package io.tombolo.bench.micro;

import static io.tombolo.mesh.catalog.Examples.CLUSTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.mesh.catalog.Examples.aService;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.mesh.scope.Visibility;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/// A mesh of 1,000 services with 10 endpoints each, where everyone may call everything.
final class Mesh1000 {
  static final Mesh.Settings SETTINGS =
      new Mesh.Settings(
          TRUST_DOMAIN,
          new SameName(SameName.Choice.APART, Map.of()),
          Map.of(),
          Visibility.EVERYTHING);
  private static final int SERVICES = 1000;
  private static final int ENDPOINTS = 10;

  private Mesh1000() {}

  static Catalog catalog() {
    var facts = new ArrayList<Fact>();
    for (int i = 0; i < SERVICES; i++) {
      facts.add(new Fact.Registered(aService("service-" + i).build()));
      facts.add(new Fact.Registered(endpoints(i, 0)));
    }
    facts.add(new Fact.Registered(everyoneMay()));
    var present = new HashSet<Key>();
    facts.forEach(fact -> present.add(((Fact.Registered) fact).item().key()));
    facts.add(new Fact.Complete(CLUSTER, present));
    return Catalog.of(Set.of(CLUSTER)).with(facts);
  }

  /// The endpoints of a service, the last of them at an address of this round.
  static EndpointSet endpoints(int service, int round) {
    return aService("service-" + service)
        .at(
            IntStream.range(0, ENDPOINTS)
                .mapToObj(e ->
                    "10.%d.%d.%d"
                        .formatted(
                            e == ENDPOINTS - 1 ? 100 + round : e, service >> 8, service & 255))
                .toArray(String[]::new));
  }

  /// The catalog after the last endpoint of a service has moved.
  static Catalog moved(Catalog catalog, int service, int round) {
    return catalog.with(List.of(new Fact.Registered(endpoints(service, round))));
  }

  /// The proxy of the first endpoint of the first service.
  static Proxy proxy() {
    var workload = endpoints(0, 0).endpoints().getFirst().workload();
    return new Proxy(
        workload.nodeId(), workload.identity(), new Proxy.Role.Sidecar(), "pods", "", List.of());
  }

  private static PolicyObject everyoneMay() {
    var writtenIn = new Provenance(CLUSTER, "Intention", "shop", "everyone", 0);
    var intention =
        new Intention(
            new Party.Everyone(), new Party.Everyone(), Intention.Action.ALLOW, writtenIn);
    return PolicyObject.accepted(
        PolicyObject.key(CLUSTER, "Intention", "shop", "everyone"), List.of(intention));
  }
}
