package io.tombolo.server.judging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.tombolo.consul.ConsulWorld;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Principal;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.explanation.Explanation;
import io.tombolo.mesh.policy.explanation.Step;
import io.tombolo.mesh.scope.Visibility;
import io.tombolo.xds.translate.Clusters;
import io.tombolo.xds.translate.Inbound;
import io.tombolo.xds.translate.Rbac;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What `explain` says of a request is what real Envoy makes of it, by the rules that we give it.
/// The seed is printed; `-Dtombolo.judging.seed=N` replays it, `-Dtombolo.judging.rounds=N` makes
/// more of them.
@Tag("intentions")
class EnvoyDecidesTest {
  static final TrustDomain DOMAIN = new TrustDomain("judging.example");
  private static final SourceId DC = SourceId.consul("dc1");
  private static final Port HTTP = new Port("", 8080, Protocol.HTTP);
  private static final Port TCP = new Port("", 8080, Protocol.TCP);
  private static final List<Mode> MODES =
      List.of(Mode.STRICT, new Mode(false, Action.DENY), new Mode(false, Action.ALLOW));
  private static final int POLICIES = 125;
  private static final int REQUESTS = 100;
  private static final int ROUNDS = Integer.getInteger("tombolo.judging.rounds", 1);

  private static SpiffeId caller(String name) {
    return SpiffeId.consulService(DOMAIN, "default", "dc1", name);
  }

  static final List<SpiffeId> CALLERS =
      List.of(caller("web"), caller("cart"), caller("w-e-b"), caller("wxeyb"), caller("other"));

  /// The policy of service `api` by these entries.
  static InboundPolicy policy(List<JsonNode> entries, Port port, Mode mode, TrustDomain domain) {
    return policy("api", entries, port, mode, domain);
  }

  /// The policy of this service by these entries, where there are datacenters `dc1` and `dc2`.
  static InboundPolicy policy(
      String name, List<JsonNode> entries, Port port, Mode mode, TrustDomain domain) {
    var world = new ConsulWorld(domain, DC, new Networks(Map.of()), "vms");
    var id = new ServiceId(DC, "default", name);
    var service =
        new Service(id, List.of(port), Set.of(name), List.of(), Map.of(), true, HttpProfile.STRICT);
    var facts = new ArrayList<Fact>(List.of(new Fact.Registered(service)));
    for (var entry : entries) {
      var read = (PolicyObject) world.intentions(entry);
      assertThat(read.problems()).as(entry.toString()).isEmpty();
      facts.add(new Fact.Registered(read));
    }
    var settings =
        new Mesh.Settings(
            domain,
            new SameName(SameName.Choice.APART, Map.of()),
            Map.of(),
            Visibility.EVERYTHING,
            mode);
    var mesh = Mesh.of(Catalog.of(List.of(DC, SourceId.consul("dc2"))).with(facts), settings);
    return mesh.policies().getOrDefault(id, InboundPolicy.NOBODY).at(port);
  }

  /// Whom an entry names.
  static Set<String> sources(JsonNode entry) {
    return entry
        .path("Sources")
        .valueStream()
        .map(source -> source.path("Name").asText())
        .collect(Collectors.toSet());
  }

  /// A policy and what it was read from.
  record Judged(List<JsonNode> entries, InboundPolicy policy) {}

  /// One for service `api`.
  static Judged judged(Random random, Port port, boolean ofRequests) {
    var make = new RandomEntries(random);
    var entries = new ArrayList<JsonNode>(List.of(make.entry("api", ofRequests)));
    if (random.nextInt(3) == 0) {
      entries.add(make.entry("*", false));
    }
    var mode = MODES.get(random.nextInt(MODES.size()));
    return new Judged(entries, policy(entries, port, mode, DOMAIN));
  }

  /// Here and there a caller is banned, and the rules do not bind all yet.
  static Judged adopted(Judged judged, Random random) {
    if (random.nextInt(6) > 0) {
      return judged;
    }
    var policy = judged.policy();
    var callers = CALLERS;
    return new Judged(
        judged.entries(),
        new InboundPolicy(
            Set.of(callers.get(random.nextInt(callers.size()))),
            policy.rules(),
            policy.mode(),
            policy.providers(),
            Enforcement.AUDIT,
            Set.of(new Principal.Exactly(callers.getFirst()))));
  }

  @Test
  void envoy_decides_as_we_do() throws Exception {
    long seed = Long.getLong("tombolo.judging.seed", System.nanoTime());
    System.out.printf("tombolo.judging.seed=%d%n", seed);
    var authority = new JudgingEnvoy.Authority();
    long pairs = 0;
    long allowed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      var random = new Random(seed + round);
      var ofRequests = new ArrayList<Judged>();
      var ofConnections = new ArrayList<Judged>();
      for (int i = 0; i < POLICIES; i++) {
        ofRequests.add(adopted(judged(random, HTTP, true), random));
        ofConnections.add(adopted(judged(random, TCP, random.nextInt(4) == 0), random));
      }
      try (var envoy = JudgingEnvoy.start(authority, routes(ofRequests), rules(ofConnections))) {
        for (var caller : CALLERS) {
          var asked = new ArrayList<JudgingEnvoy.Asked>();
          var make = new RandomEntries(random);
          for (int i = 0; i < POLICIES * REQUESTS / CALLERS.size(); i++) {
            asked.add(new JudgingEnvoy.Asked(i % POLICIES, make.request(caller)));
          }
          var answers = envoy.judgeRequests(caller, asked);
          for (int i = 0; i < asked.size(); i++) {
            var one = asked.get(i);
            var of = ofRequests.get(one.policy());
            var ours = explained(of.policy(), HTTP, one.request());
            assertThat(answers.get(i))
                .as("seed %d: %s by %s, ours: %s", seed + round, one.request(), of.entries(), ours)
                .isEqualTo(ours);
            allowed += ours ? 1 : 0;
          }
          var connected = envoy.judgeConnections(caller, POLICIES);
          for (int i = 0; i < POLICIES; i++) {
            var of = ofConnections.get(i);
            assertThat(connected.get(i))
                .as("seed %d: connection of %s by %s", seed + round, caller, of.entries())
                .isEqualTo(explained(of.policy(), TCP, Request.connection(caller, 8080)));
          }
          pairs += asked.size() + POLICIES;
        }
      }
    }
    System.out.printf("%d pairs, of which %d requests were allowed%n", pairs, allowed);
    assertThat(allowed).isBetween(pairs / 20, pairs - pairs / 20);
  }

  /// Whether an explanation says that it is let in. It decides as the evaluator does, and its steps
  /// lead there.
  private static boolean explained(InboundPolicy policy, Port port, Request request) {
    var explanation = Explanation.of(policy, Optional.empty(), port, request);
    var decision = explanation.decision();
    assertThat(decision).isEqualTo(policy.decide(request));
    assertThat(explanation.steps())
        .filteredOn(step -> step.outcome() instanceof Step.Outcome.Decides)
        .extracting(Step::rule)
        .isEqualTo(decision instanceof Decision.Ruled(var by) ? List.of(by) : List.of());
    return explanation.situation().allowed();
  }

  private static List<RBAC> rules(List<Judged> judged) {
    return judged.stream().map(of -> Rbac.of(of.policy())).toList();
  }

  private static List<List<Route>> routes(List<Judged> judged) {
    return judged.stream().map(of -> routes(of.policy())).toList();
  }

  /// As the proxy of a service is told.
  static List<Route> routes(InboundPolicy policy) {
    var served =
        new Inbound.Served(
            "api",
            List.of("api"),
            Protocol.HTTP,
            new Mesh.Gateway("127.0.0.1", 15006),
            new Clusters.Local("127.0.0.1", 8080, false),
            policy,
            List.of(),
            HttpProfile.STRICT,
            Optional.empty());
    return Inbound.routes(served).getVirtualHosts(0).getRoutesList();
  }
}
