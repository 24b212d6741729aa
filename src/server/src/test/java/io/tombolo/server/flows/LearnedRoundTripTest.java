package io.tombolo.server.flows;

import static io.tombolo.mesh.catalog.Examples.CLUSTER;
import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.consul.ConsulFile;
import io.tombolo.consul.ConsulWorld;
import io.tombolo.consul.ProposedEntries;
import io.tombolo.kubernetes.Cluster;
import io.tombolo.kubernetes.KubernetesWorld;
import io.tombolo.kubernetes.Manifests;
import io.tombolo.kubernetes.ProposedIntentions;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Examples;
import io.tombolo.mesh.catalog.Examples.AService;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.scope.Visibility;
import io.tombolo.mesh.traffic.Dialect;
import io.tombolo.mesh.traffic.Flow;
import io.tombolo.mesh.traffic.Learned;
import io.tombolo.mesh.traffic.Seen;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What is learned from random flows, written, read back by our own readers and put into force,
/// allows what was seen and allowed, and no caller who was not.
@Tag("intentions")
class LearnedRoundTripTest {
  private static final SpiffeId SERVER = SpiffeId.serviceAccount(TRUST_DOMAIN, "shop", "server");
  private static final int RUNS = 40;
  private static final Port HTTP = new Port("http", 8080, Protocol.HTTP);
  private static final Port TCP = new Port("tcp", 5432, Protocol.TCP);

  /// `twin` is a service of either world, so that Consul's name for it does not tell which.
  private static final List<AService> SERVICES =
      List.of(
          Examples.aService("cart").on(HTTP, TCP),
          Examples.aService("stock"),
          Examples.aService("twin").calledInConsul("twin"),
          Examples.aConsulService("billing"),
          Examples.aConsulService("db").on(new Port("", 5432, Protocol.TCP)),
          Examples.aConsulService("twin"));

  private static final List<SpiffeId> CALLERS =
      List.of(
          SpiffeId.serviceAccount(TRUST_DOMAIN, "shop", "cart"),
          SpiffeId.serviceAccount(TRUST_DOMAIN, "shop", "stock"),
          SpiffeId.serviceAccount(TRUST_DOMAIN, "shop", "twin"),
          SpiffeId.serviceAccount(TRUST_DOMAIN, "batch", "nightly.job"),
          SpiffeId.consulService(TRUST_DOMAIN, "default", "dc1", "billing"),
          SpiffeId.consulService(TRUST_DOMAIN, "default", "dc1", "twin"),
          new SpiffeId(TRUST_DOMAIN, "/ns/odd/shape"),
          new SpiffeId(new TrustDomain("partner.example"), "/ns/shop/sa/cart"));

  private static Mesh mesh(List<Fact> more) {
    var facts = new ArrayList<Fact>();
    for (int i = 0; i < SERVICES.size(); i++) {
      facts.add(new Fact.Registered(SERVICES.get(i).build()));
      facts.add(new Fact.Registered(SERVICES.get(i).at("10.1.0." + (i + 1))));
    }
    facts.addAll(more);
    var settings =
        new Mesh.Settings(
            TRUST_DOMAIN,
            new SameName(SameName.Choice.APART, Map.of()),
            Map.of(),
            Visibility.ALLOWED);
    return Mesh.of(Catalog.of(List.of(CLUSTER, DATACENTER)).with(facts), settings);
  }

  private static Flow flow(SplittableRandom random, SpiffeId caller, Service service, Port port) {
    var method = List.of("GET", "POST", "PUT").get(random.nextInt(3));
    var directory = List.of("/", "/api/", "/api/items/", "/a b/ü/").get(random.nextInt(4));
    var http = new Request.Http(method, directory + random.nextInt(25), Map.of());
    var request = new Request(caller, port.number(), port.protocol().isHttp() ? http : null);
    return new Flow(service.id(), SERVER, request, Set.of(), random.nextInt(4) > 0);
  }

  private static List<Seen> seen(SplittableRandom random) {
    var flows = new HashSet<Flow>();
    for (var service : SERVICES.stream().map(AService::build).toList()) {
      for (var caller : CALLERS) {
        if (random.nextInt(3) == 0) {
          var port = service.ports().get(random.nextInt(service.ports().size()));
          IntStream.range(0, 1 + random.nextInt(60))
              .forEach(_ -> flows.add(flow(random, caller, service, port)));
        }
      }
    }
    return flows.stream().map(flow -> new Seen(flow, 1, Instant.EPOCH, Instant.EPOCH)).toList();
  }

  private static List<Fact> readYaml(String yaml) {
    var cluster = new Cluster(CLUSTER, TRUST_DOMAIN, "pods", new Networks(Map.of()));
    var world = new KubernetesWorld(cluster);
    return new Manifests().parse(yaml).stream().flatMap(o -> world.put(o).stream()).toList();
  }

  private static List<Fact> readConsul(String json) {
    var world = new ConsulWorld(TRUST_DOMAIN, DATACENTER, new Networks(Map.of()), "vms");
    return ConsulFile.parse(json).intentions().stream()
        .<Fact>map(entry -> new Fact.Registered(world.intentions(entry)))
        .toList();
  }

  private static InboundPolicy at(Mesh mesh, Service service, Port port) {
    return Objects.requireNonNull(mesh.policies().get(service.id())).at(port);
  }

  private static boolean decided(Mesh mesh, Flow flow) {
    var service = Objects.requireNonNull(mesh.catalog().services().get(flow.destination()));
    var port =
        service.ports().stream().filter(p -> p.number() == flow.request().port()).findFirst().get();
    return at(mesh, service, port).decide(flow.request()).allowed();
  }

  private static void check(Mesh mesh, List<Seen> seen, Learned learned) {
    var allowed = seen.stream().map(Seen::flow).filter(Flow::allowed).toList();
    for (var flow : allowed) {
      boolean isLeft =
          learned.left().stream()
              .anyMatch(why ->
                  why.contains(flow.destination().toString())
                      && (why.startsWith(flow.destination() + ":")
                          || why.startsWith(flow.request().caller() + " ")));
      assertThat(decided(mesh, flow)).as("%s, left: %s", flow, isLeft).isNotEqualTo(isLeft);
    }
    for (var service : SERVICES.stream().map(AService::build).toList()) {
      for (var caller : CALLERS) {
        boolean observed =
            allowed.stream()
                .anyMatch(f ->
                    f.destination().equals(service.id()) && f.request().caller().equals(caller));
        if (!observed) {
          service
              .ports()
              .forEach(port ->
                  assertThat(at(mesh, service, port).mayAllow(caller))
                      .as("%s -> %s", caller, service.id())
                      .isFalse());
        }
      }
    }
  }

  @Test
  void what_is_learned_allows_what_was_allowed_and_no_other_caller() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.printf("LearnedRoundTripTest: -Dseed=%d%n", seed);
    var random = new SplittableRandom(seed);
    var before = mesh(List.of());
    for (int run = 0; run < RUNS; run++) {
      var seen = seen(random);
      var kubernetes = new Dialect.Kubernetes(before.meaning(), TRUST_DOMAIN);
      var consul = Dialect.Consul.of(before.meaning(), before.catalog(), TRUST_DOMAIN);
      for (var grain : Learned.Grain.values()) {
        var yaml = Learned.from(seen, grain, kubernetes);
        assertThat(yaml.left()).isEmpty();
        check(mesh(readYaml(ProposedIntentions.yaml(yaml.proposals()))), seen, yaml);
        var entries = Learned.from(seen, grain, consul);
        check(mesh(readConsul(ProposedEntries.json(entries.proposals()))), seen, entries);
      }
    }
  }

  @Test
  void what_is_learned_from_requests_is_no_more_than_the_rule_says() {
    var stock = SERVICES.get(1).build();
    var caller = CALLERS.getFirst();
    var seen =
        IntStream.range(0, 20)
            .mapToObj(i -> new Request.Http("GET", "/items/" + i, Map.of()))
            .map(http -> new Request(caller, 8080, http))
            .map(request -> new Flow(stock.id(), SERVER, request, Set.of(), true))
            .map(flow -> new Seen(flow, 1, Instant.EPOCH, Instant.EPOCH))
            .toList();
    var before = mesh(List.of());
    var consul = Dialect.Consul.of(before.meaning(), before.catalog(), TRUST_DOMAIN);

    var learned = Learned.from(seen, Learned.Grain.REQUESTS, consul);

    assertThat(ProposedEntries.json(learned.proposals()).replaceAll("\\s", ""))
        .isEqualTo(
            """
            [{"Kind": "service-intentions", "Name": "stock-shop", "Sources": [
              {"Name": "cart-shop", "Permissions": [
                {"Action": "allow", "HTTP": {"PathPrefix": "/items/", "Methods": ["GET"]}}]}]}]
            """
                .replaceAll("\\s", ""));
    var few = Learned.from(seen.subList(0, 2), Learned.Grain.REQUESTS, consul);
    assertThat(ProposedEntries.json(few.proposals()))
        .contains("\"PathExact\" : \"/items/0\"", "\"PathExact\" : \"/items/1\"")
        .doesNotContain("PathPrefix");
  }

  @Test
  void an_intention_is_written_as_a_person_would() {
    var seen =
        List.of(CALLERS.get(0), CALLERS.get(3), CALLERS.get(4), CALLERS.get(7)).stream()
            .map(caller -> Request.connection(caller, 5432))
            .map(request -> new Flow(SERVICES.getFirst().id(), SERVER, request, Set.of(), true))
            .map(flow -> new Seen(flow, 1, Instant.EPOCH, Instant.EPOCH))
            .toList();
    var kubernetes = new Dialect.Kubernetes(mesh(List.of()).meaning(), TRUST_DOMAIN);

    var yaml =
        ProposedIntentions.yaml(
            Learned.from(seen, Learned.Grain.CONNECTIONS, kubernetes).proposals());

    assertThat(yaml)
        .isEqualTo(
            """
            ---
            apiVersion: "mesh.tombolo.io/v1"
            kind: "Intention"
            metadata:
              name: "learned-cart"
              namespace: "shop"
            spec:
              destination:
                name: "cart"
              sources:
              - spiffeId: "spiffe://partner.example/ns/shop/sa/cart"
                action: "allow"
              - serviceAccount: "nightly.job"
                namespace: "batch"
                action: "allow"
              - name: "billing"
                world: "consul"
                action: "allow"
              - serviceAccount: "cart"
                action: "allow"
            """);
  }
}
