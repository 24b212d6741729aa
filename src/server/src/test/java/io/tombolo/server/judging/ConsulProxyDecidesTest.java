package io.tombolo.server.judging;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.tombolo.consul.ConsulWorld;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Request;
import io.tombolo.testbed.Consul;
import io.tombolo.testbed.Loopback;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Read as Consul reads them, intentions decide what a real Envoy makes of them by the rules that a
/// real Consul compiles for the proxies it drives: of requests, and of connections. The seed is
/// printed; `-Dtombolo.judging.seed=N` replays it, `-Dtombolo.judging.rounds=N` makes more of them.
@Tag("intentions")
class ConsulProxyDecidesTest {
  private static final int SERVICES = 48;
  private static final int REQUESTS = 50;
  private static final int ROUNDS = Integer.getInteger("tombolo.judging.rounds", 1);

  /// Of services, each fourth speaks TCP. Consul takes no permissions on requests for these.
  private static final int TCP = 4;

  private static final Pattern MARKER =
      Pattern.compile("/svc/(marker-[0-9]+|everywhere-[0-9]+)\\$");
  private static final ObjectMapper JSON = new ObjectMapper();

  /// A service with the entries that are about it.
  private record Judged(String service, Port port, List<JsonNode> entries) {
    boolean isHttp() {
      return port.protocol() == Protocol.HTTP;
    }
  }

  /// What a round writes, each entry with a source that no other round has.
  ///
  /// @param everywhere the entry for all destinations, if there is one
  private record Round(int number, Optional<ObjectNode> everywhere, List<ObjectNode> entries) {
    static Round of(int number, Random random, Action byDefault) {
      var make = new RandomEntries(random);
      var everywhere =
          Optional.of(make.entry("*", false))
              .filter(_ -> random.nextInt(3) > 0)
              .map(entry -> marked(entry, "everywhere-" + number, byDefault));
      var entries = new ArrayList<ObjectNode>();
      for (int i = 0; i < SERVICES; i++) {
        var entry = make.entry(service(i), speaksHttp(i));
        entries.add(marked(entry, "marker-" + number, byDefault));
      }
      return new Round(number, everywhere, entries);
    }

    /// Consul leaves out of its rules what the default says anyway.
    private static ObjectNode marked(ObjectNode entry, String name, Action byDefault) {
      ((ArrayNode) entry.get("Sources"))
          .addObject()
          .put("Name", name)
          .put("Action", byDefault == Action.DENY ? "allow" : "deny");
      return entry;
    }

    List<Judged> judged() {
      var all = new ArrayList<Judged>();
      for (int i = 0; i < SERVICES; i++) {
        var about =
            Stream.concat(Stream.of(entries.get(i)), everywhere.stream())
                .map(JsonNode.class::cast)
                .toList();
        var port = new Port("", 8080, speaksHttp(i) ? Protocol.HTTP : Protocol.TCP);
        all.add(new Judged(service(i), port, about));
      }
      return all;
    }

    /// Are these the rules of this round? What an entry says of every caller may leave nothing to
    /// the entry for all destinations.
    boolean madeOf(Judged of, Optional<RBAC> rules) {
      var named = named(rules);
      var all = new HashSet<>(Set.of("marker-" + number));
      everywhere.ifPresent(_ -> all.add("everywhere-" + number));
      boolean decidesAll = EnvoyDecidesTest.sources(of.entries().getFirst()).contains("*");
      return named.equals(all) || (decidesAll && named.equals(Set.of("marker-" + number)));
    }
  }

  private static String service(int number) {
    return "api-" + number;
  }

  private static boolean speaksHttp(int number) {
    return number % TCP != 0;
  }

  @ParameterizedTest
  @EnumSource(Action.class)
  void a_proxy_of_consul_decides_as_we_do(Action byDefault) throws Exception {
    long seed = Long.getLong("tombolo.judging.seed", System.nanoTime());
    System.out.printf("tombolo.judging.seed=%d%n", seed);
    var authority = new JudgingEnvoy.Authority();
    var setup = Consul.server("dc1", new Loopback());
    long pairs = 0;
    long allowed = 0;
    try (var consul = (byDefault == Action.DENY ? setup.withAcls() : setup).start();
        var proxies = new ConsulProxies(consul)) {
      register(consul, proxies, SERVICES);
      var domain = trustDomain(consul);
      for (int number = 0; number < ROUNDS; number++) {
        var random = new Random(seed + number);
        var round = Round.of(number, random, byDefault);
        write(consul, round);
        var judged = round.judged();
        var rules = new ArrayList<RBAC>();
        for (var of : judged) {
          rules.add(
              proxies.rules(proxy(of.service()), told -> round.madeOf(of, told)).orElseThrow());
        }
        var counted =
            compare(new Trial(seed + number, domain, byDefault, authority), judged, rules, random);
        pairs += counted.pairs();
        allowed += counted.allowed();
      }
    }
    System.out.printf("%d pairs, %d allowed%n", pairs, allowed);
    assertThat(allowed).isBetween(pairs / 20, pairs - pairs / 20);
  }

  /// A name is a pattern to Consul's proxies. To us it is a name, or the entry is refused.
  @Test
  void a_name_with_signs_of_patterns_is_refused() throws Exception {
    try (var consul = Consul.server("dc1", new Loopback()).withAcls().start();
        var proxies = new ConsulProxies(consul)) {
      register(consul, proxies, 1);
      var entry = JSON.createObjectNode().put("Kind", "service-intentions").put("Name", service(0));
      entry.putArray("Sources").addObject().put("Name", "w.b").put("Action", "allow");
      put(consul, "/v1/config", entry);

      var rules = proxies.rules(proxy(service(0)), told -> told.toString().contains("/svc/w"));
      assertThat(rules.toString()).contains("/svc/w.b$");
      var world =
          new ConsulWorld(
              trustDomain(consul), SourceId.consul("dc1"), new Networks(Map.of()), "vms");
      assertThat(((PolicyObject) world.intentions(entry)).problems())
          .singleElement(as(STRING))
          .contains("Sources[0].Name", "DNS label");
    }
  }

  private record Trial(
      long seed, TrustDomain domain, Action byDefault, JudgingEnvoy.Authority authority) {
    List<SpiffeId> callers() {
      return Stream.concat(
              Stream.of("web", "cart", "w-e-b", "wxeyb", "other")
                  .map(name -> SpiffeId.consulService(domain, "default", "dc1", name)),
              Stream.of(SpiffeId.consulService(domain, "default", "dc2", "web")))
          .toList();
    }

    InboundPolicy policy(Judged of) {
      return EnvoyDecidesTest.policy(
          of.service(), of.entries(), of.port(), new Mode(false, byDefault), domain);
    }
  }

  private record Counted(long pairs, long allowed) {}

  private static Counted compare(Trial trial, List<Judged> judged, List<RBAC> rules, Random random)
      throws Exception {
    var policies = judged.stream().map(trial::policy).toList();
    long pairs = 0;
    long allowed = 0;
    var ofRequests = rules.stream().map(ConsulProxyDecidesTest::routes).toList();
    var ofConnections = new ArrayList<RBAC>();
    for (int i = 0; i < rules.size(); i++) {
      ofConnections.add(judged.get(i).isHttp() ? RBAC.getDefaultInstance() : rules.get(i));
    }
    try (var envoy = JudgingEnvoy.start(trial.authority(), ofRequests, ofConnections)) {
      for (var caller : trial.callers()) {
        var make = new RandomEntries(random);
        var asked = new ArrayList<JudgingEnvoy.Asked>();
        for (int i = 0; i < judged.size(); i++) {
          for (int n = judged.get(i).isHttp() ? REQUESTS : 0; n > 0; n--) {
            asked.add(new JudgingEnvoy.Asked(i, make.request(caller)));
          }
        }
        var answers = envoy.judgeRequests(caller, asked);
        for (int n = 0; n < asked.size(); n++) {
          var one = asked.get(n);
          var ours = policies.get(one.policy()).decide(one.request());
          assertThat(answers.get(n))
              .as(
                  "seed %d: %s by %s, ours: %s; Consul's rules: %s",
                  trial.seed(),
                  one.request(),
                  judged.get(one.policy()),
                  ours,
                  rules.get(one.policy()))
              .isEqualTo(ours.allowed());
          allowed += ours.allowed() ? 1 : 0;
        }
        pairs += asked.size();
        for (int i = 0; i < judged.size(); i++) {
          if (!judged.get(i).isHttp()) {
            var ours = policies.get(i).decide(Request.connection(caller, 8080)).allowed();
            assertThat(envoy.judgeConnection(caller, i))
                .as("seed %d: connection of %s by %s", trial.seed(), caller, judged.get(i))
                .isEqualTo(ours);
            pairs++;
            allowed += ours ? 1 : 0;
          }
        }
      }
    }
    return new Counted(pairs, allowed);
  }

  private static List<Route> routes(RBAC rules) {
    return List.of(
        Route.newBuilder()
            .setMatch(RouteMatch.newBuilder().setPrefix("/"))
            .putTypedPerFilterConfig(
                "envoy.filters.http.rbac",
                Any.pack(
                    RBACPerRoute.newBuilder()
                        .setRbac(
                            io.envoyproxy
                                .envoy
                                .extensions
                                .filters
                                .http
                                .rbac
                                .v3
                                .RBAC
                                .newBuilder()
                                .setRules(rules))
                        .build()))
            .build());
  }

  private static Set<String> named(Optional<RBAC> rules) {
    return rules.stream()
        .flatMap(some -> MARKER.matcher(some.toString()).results())
        .map(found -> found.group(1))
        .collect(Collectors.toSet());
  }

  private static void register(Consul consul, ConsulProxies proxies, int services)
      throws IOException {
    for (int i = 0; i < services; i++) {
      var name = service(i);
      put(
          consul,
          "/v1/config",
          JSON.createObjectNode()
              .put("Kind", "service-defaults")
              .put("Name", name)
              .put("Protocol", speaksHttp(i) ? "http" : "tcp"));
      put(
          consul,
          "/v1/agent/service/register",
          JSON.createObjectNode().put("Name", name).put("Port", 8080));
      var proxy =
          JSON.createObjectNode()
              .put("Kind", "connect-proxy")
              .put("Name", proxy(name))
              .put("Port", 20000 + i);
      proxy
          .putObject("Proxy")
          .put("DestinationServiceName", name)
          .put("DestinationServiceID", name)
          .put("LocalServicePort", 8080);
      put(consul, "/v1/agent/service/register", proxy);
      proxies.connect(proxy(name));
    }
  }

  private static String proxy(String service) {
    return service + "-proxy";
  }

  private static void write(Consul consul, Round round) throws IOException {
    if (round.everywhere().isPresent()) {
      put(consul, "/v1/config", round.everywhere().get());
    } else {
      call(consul, "DELETE", "/v1/config/service-intentions/*", "");
    }
    for (var entry : round.entries()) {
      put(consul, "/v1/config", entry);
    }
  }

  private static TrustDomain trustDomain(Consul consul) throws IOException {
    var roots = JSON.readTree(call(consul, "GET", "/v1/connect/ca/roots", ""));
    return new TrustDomain(roots.path("TrustDomain").asText());
  }

  private static void put(Consul consul, String path, JsonNode body) throws IOException {
    call(consul, "PUT", path, body.toString());
  }

  private static String call(Consul consul, String method, String path, String body)
      throws IOException {
    var reply = consul.call(method, path, body);
    assertThat(reply.ok()).as("%s %s: %s", method, path, reply.body()).isTrue();
    return reply.body();
  }
}
