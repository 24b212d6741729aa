package io.tombolo.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Health;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.JwtProvider;
import io.tombolo.mesh.policy.JwtProviderObject;
import io.tombolo.testbed.Consul;
import io.tombolo.testbed.Loopback;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// Against a real Consul. Its data stay between the tests: each uses names of its own.
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsulSourceTest {
  private Consul consul;

  @BeforeAll
  void start() {
    consul = Consul.server("dc1", new Loopback()).start();
  }

  @AfterAll
  void stop() {
    consul.close();
  }

  private static ConsulSource source(String url, String token) {
    var world =
        new ConsulWorld(
            new TrustDomain("mesh.example"),
            SourceId.consul("dc1"),
            new Networks(Map.of("vms", List.of())),
            "vms");
    return new ConsulSource(world, new ConsulSource.Settings(URI.create(url), token, ""));
  }

  private Following follow() throws InterruptedException {
    var following = new Following(source(consul.url(), ""));
    following.awaitSynced();
    return following;
  }

  private void put(String path, String body) throws IOException {
    var reply = consul.call("PUT", path, body);
    assertThat(reply.ok()).as(reply.body()).isTrue();
  }

  /// Registers an instance on a node of its own, without a check.
  private void register(String service, String instance, String address) throws IOException {
    put(
        "/v1/catalog/register",
        """
        {"Node": "node-%s", "Address": "%s",
         "Service": {"ID": "%s", "Service": "%s", "Port": 80}}
        """
            .formatted(instance, address, instance, service));
  }

  private void check(String instance, String status) throws IOException {
    put(
        "/v1/catalog/register",
        """
        {"Node": "node-%s", "SkipNodeUpdate": true,
         "Check": {"Node": "node-%s", "CheckID": "alive", "Name": "alive", "ServiceID": "%s",
                   "Status": "%s"}}
        """
            .formatted(instance, instance, instance, status));
  }

  @Test
  void instances_come_change_and_go() throws Exception {
    try (var mesh = follow()) {
      register("web", "web-1", "10.0.0.1");
      mesh.awaitEndpoints("web", Health.HEALTHY, "10.0.0.1");
      register("web", "web-2", "10.0.0.2");
      mesh.awaitEndpoints("web", Health.HEALTHY, "10.0.0.1", "10.0.0.2");
      put("/v1/catalog/register", "{\"Node\": \"node-web-2\", \"Address\": \"10.0.0.22\"}");
      mesh.awaitEndpoints("web", Health.HEALTHY, "10.0.0.1", "10.0.0.22");
      put("/v1/catalog/deregister", "{\"Node\": \"node-web-1\", \"ServiceID\": \"web-1\"}");
      mesh.awaitEndpoints("web", Health.HEALTHY, "10.0.0.22");
      put("/v1/catalog/deregister", "{\"Node\": \"node-web-2\"}");
      var web = mesh.id("web");
      mesh.await(c -> !c.services().containsKey(web) && !c.endpoints().containsKey(web));

      assertThat(mesh.facts()).contains(new Fact.Gone(EndpointSet.key(web, "")));
    }
  }

  @Test
  void checks_of_instance_and_node_make_health() throws Exception {
    try (var mesh = follow()) {
      register("shop", "shop-1", "10.0.1.1");
      check("shop-1", "warning");
      mesh.awaitEndpoints("shop", Health.DEGRADED, "10.0.1.1");
      check("shop-1", "critical");
      mesh.awaitEndpoints("shop", Health.UNHEALTHY, "10.0.1.1");
      check("shop-1", "passing");
      mesh.awaitEndpoints("shop", Health.HEALTHY, "10.0.1.1");
      put(
          "/v1/catalog/register",
          """
          {"Node": "node-shop-1", "SkipNodeUpdate": true,
           "Check": {"Node": "node-shop-1", "CheckID": "serfHealth", "Status": "critical"}}
          """);
      mesh.awaitEndpoints("shop", Health.UNHEALTHY, "10.0.1.1");
    }
  }

  @Test
  void maintenance_is_critical() throws Exception {
    try (var mesh = follow()) {
      put(
          "/v1/agent/service/register",
          "{\"Name\": \"till\", \"ID\": \"till-1\", \"Address\": \"10.0.2.1\", \"Port\": 80}");
      mesh.awaitEndpoints("till", Health.HEALTHY, "10.0.2.1");
      put("/v1/agent/service/maintenance/till-1?enable=true", "");
      mesh.awaitEndpoints("till", Health.UNHEALTHY, "10.0.2.1");
    }
  }

  @Tag("spine")
  @Test
  void a_change_of_health_is_known_promptly() throws Exception {
    try (var mesh = follow()) {
      for (int i = 0; i < 50; i++) {
        register("other-" + i, "other-" + i, "10.0.3.1");
      }
      register("flip", "flip-1", "10.0.3.1");
      mesh.awaitEndpoints("flip", Health.HEALTHY, "10.0.3.1");
      long[] micros = new long[100];
      for (int i = 0; i < micros.length; i++) {
        var down = i % 2 == 0;
        check("flip-1", down ? "critical" : "passing");
        long acknowledged = System.nanoTime();
        mesh.awaitEndpoints("flip", down ? Health.UNHEALTHY : Health.HEALTHY, "10.0.3.1");
        micros[i] = (System.nanoTime() - acknowledged) / 1_000;
      }
      Arrays.sort(micros);
      System.out.printf(
          "Consul, API acknowledgement to fact, 100 changes of health among 50 services:"
              + " p50 %.1f ms, p99 %.1f ms%n",
          micros[50] / 1e3, micros[98] / 1e3);
      assertThat(micros[98]).isLessThan(2_000_000);
    }
  }

  @Test
  void an_intention_is_followed_until_it_is_deleted() throws Exception {
    try (var mesh = follow()) {
      put(
          "/v1/config",
          """
          {"Kind": "service-intentions", "Name": "pay",
           "Sources": [{"Name": "web", "Action": "allow"}, {"Name": "*", "Action": "deny"}]}
          """);
      var catalog = mesh.await(c -> Following.policy(c, "pay").isPresent());
      assertThat(Following.policy(catalog, "pay").orElseThrow().problems()).isEmpty();
      assertThat(Following.policy(catalog, "pay").orElseThrow().intentions()).hasSize(2);
      consul.call("DELETE", "/v1/config/service-intentions/pay", "");
      mesh.await(c -> Following.policy(c, "pay").isEmpty());
    }
  }

  @Test
  void a_rejected_intention_leaves_the_last_good_one_in_force() throws Exception {
    try (var mesh = follow()) {
      put(
          "/v1/config",
          """
          {"Kind": "service-intentions", "Name": "bank",
           "Sources": [{"Name": "web", "Action": "allow"}]}
          """);
      mesh.await(c -> Following.policy(c, "bank").isPresent());
      put(
          "/v1/config",
          "{\"Kind\": \"service-defaults\", \"Name\": \"bank\", \"Protocol\": \"http\"}");
      put(
          "/v1/config",
          """
          {"Kind": "service-intentions", "Name": "bank", "Sources": [{"Name": "web",
             "Permissions": [{"Action": "allow", "HTTP": {"PathRegex": "/[0-9]+"}}]}]}
          """);
      var catalog =
          mesh.await(
              c -> Following.policy(c, "bank").filter(p -> !p.problems().isEmpty()).isPresent());
      assertThat(Following.policy(catalog, "bank").orElseThrow().intentions()).hasSize(1);
    }
  }

  @Tag("intentions")
  @Test
  void a_provider_of_tokens_is_followed_until_it_is_deleted() throws Exception {
    try (var mesh = follow()) {
      put(
          "/v1/config",
          """
          {"Kind": "jwt-provider", "Name": "okta", "Issuer": "https://okta.example",
           "Audiences": ["shop"], "ClockSkewSeconds": 7,
           "JSONWebKeySet": {"Remote": {"URI": "https://okta.example/keys",
             "RequestTimeoutMs": 1500, "CacheDuration": "30m", "FetchAsynchronously": true,
             "JWKSCluster": {"DiscoveryType": "STRICT_DNS", "ConnectTimeout": "3s"},
             "RetryPolicy": {"NumRetries": 2}}},
           "Locations": [{"Header": {"Name": "Authorization", "ValuePrefix": "Bearer "}},
             {"Cookie": {"Name": "session"}}],
           "Forwarding": {"HeaderName": "x-claims"}, "CacheConfig": {"Size": 10}}
          """);
      var catalog = mesh.await(c -> provider(c, "okta").isPresent());
      var okta = provider(catalog, "okta").orElseThrow();
      assertThat(okta.problems()).isEmpty();
      assertThat(okta.inForce())
          .isEqualTo(
              new JwtProvider(
                  "consul/dc1/okta",
                  "https://okta.example",
                  List.of("shop"),
                  Duration.ofSeconds(7),
                  new JwtProvider.Carriage(
                      List.of(
                          new JwtProvider.Location.Header("Authorization", "Bearer "),
                          new JwtProvider.Location.Cookie("session")),
                      false,
                      new JwtProvider.Payload("x-claims", false)),
                  new JwtProvider.Keys.Fetched(
                      "okta.example",
                      443,
                      "/keys",
                      "",
                      Duration.ofMillis(1500),
                      Duration.ofMinutes(30))));
      put(
          "/v1/config",
          """
          {"Kind": "service-intentions", "Name": "vetted",
           "JWT": {"Providers": [{"Name": "okta",
             "VerifyClaims": [{"Path": ["role"], "Value": "admin"}]}]},
           "Sources": [{"Name": "web", "Action": "allow"}]}
          """);
      catalog = mesh.await(c -> Following.policy(c, "vetted").isPresent());
      assertThat(Following.policy(catalog, "vetted").orElseThrow().intentions())
          .singleElement()
          .extracting(intention -> intention.given().toString())
          .isEqualTo("a token of okta with role exact \"admin\"");
      consul.call("DELETE", "/v1/config/service-intentions/vetted", "");
      consul.call("DELETE", "/v1/config/jwt-provider/okta", "");
      mesh.await(c -> provider(c, "okta").isEmpty());
    }
  }

  private static Optional<JwtProviderObject> provider(Catalog catalog, String name) {
    var key = JwtProviderObject.key(SourceId.consul("dc1"), name);
    return Optional.ofNullable((JwtProviderObject) catalog.others().get(key));
  }

  @Test
  void a_protocol_is_followed() throws Exception {
    try (var mesh = follow()) {
      register("api", "api-1", "10.0.4.1");
      mesh.await(c -> protocol(c, mesh, "api") == Protocol.TCP);
      put(
          "/v1/config",
          "{\"Kind\": \"service-defaults\", \"Name\": \"api\", \"Protocol\": \"grpc\"}");
      mesh.await(c -> protocol(c, mesh, "api") == Protocol.GRPC);
      consul.call("DELETE", "/v1/config/service-defaults/api", "");
      mesh.await(c -> protocol(c, mesh, "api") == Protocol.TCP);
    }
  }

  private static Protocol protocol(Catalog catalog, Following mesh, String service) {
    var known = catalog.services().get(mesh.id(service));
    return known == null ? Protocol.HTTP : known.ports().getFirst().protocol();
  }

  @Test
  void hostile_rows_are_quarantined_or_refused_and_harm_no_other() throws Exception {
    try (var mesh = follow()) {
      register("Big Cart/../v1", "odd-1", "10.0.5.1");
      register("ledger", "ledger-1", "127.0.0.1");
      register("ledger", "ledger\\u001b[2J", "10.0.5.2");
      register("ledger", "l".repeat(5_000), "10.0.5.3");
      register("ledger", "ledger-2", "10.0.5.4");
      mesh.awaitEndpoints("ledger", Health.HEALTHY, "10.0.5.4");
      var catalog =
          mesh.await(c ->
              c.endpoints().getOrDefault(mesh.id("ledger"), Map.of()).values().stream()
                  .anyMatch(set -> set.quarantined().size() == 3));
      assertThat(catalog.others().values())
          .anyMatch(i -> i instanceof Refused refused && refused.what().contains("Big Cart"));
      assertThat(catalog.endpoints().toString()).doesNotContain("\u001b");
    }
  }

  @Test
  void an_unreachable_consul_is_lost_at_once() throws Exception {
    try (var mesh = new Following(source("http://127.0.0.1:1", "secret-token"))) {
      assertThat(mesh.awaitFailed().why())
          .contains("http://127.0.0.1:1")
          .doesNotContain("secret-token");
    }
  }

  @Tag("spine")
  @Test
  void what_a_token_may_not_see_is_never_gone() throws Exception {
    try (var closed = Consul.server("dc1", new Loopback()).withAcls().start()) {
      try (var mesh = new Following(source(closed.url(), ""))) {
        assertThat(mesh.awaitFailed().why()).contains("token", "service_prefix");
        assertThat(mesh.facts()).noneMatch(Fact.Complete.class::isInstance);
      }
      try (var mesh = new Following(source(closed.url(), closed.token().orElseThrow()))) {
        mesh.awaitSynced();
      }
    }
  }

  @Tag("spine")
  @Test
  void nothing_is_gone_when_consul_is_killed_and_comes_back() throws Exception {
    try (var mortal = Consul.server("dc1", new Loopback()).start();
        var mesh = new Following(source(mortal.url(), ""))) {
      mesh.awaitSynced();
      mortal.call(
          "PUT",
          "/v1/catalog/register",
          """
          {"Node": "vm", "Address": "10.0.6.1",
           "Service": {"ID": "web-1", "Service": "web", "Port": 80}}
          """);
      mesh.awaitEndpoints("web", Health.HEALTHY, "10.0.6.1");
      mortal.daemon().kill();
      assertThat(mesh.awaitStale().why()).contains("cannot be read");
      assertThat(mesh.now().endpointsOf(mesh.id("web"))).hasSize(1);
      mortal.daemon().restart();
      mesh.awaitSynced();
      assertThat(mesh.now().endpointsOf(mesh.id("web")).map(Endpoint::address))
          .containsExactly("10.0.6.1");
      assertThat(mesh.facts()).noneMatch(Fact.Gone.class::isInstance);
    }
  }
}
