package io.tombolo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.policy.PolicyObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("intentions")
class SmiTest {
  private static final String KIND = "TrafficTarget";
  private static final String GET = "GET /api";

  private final Policed cluster = new Policed();

  @BeforeEach
  void deploy() {
    cluster
        .service("shop", "api", "{name: http, port: 8080}", "api")
        .service("shop", "db", "{name: tcp, port: 5432}", "db");
  }

  private static String target(String destination, String sources, String rules) {
    return """
    {apiVersion: access.smi-spec.io/v1alpha4, kind: TrafficTarget,
     metadata: {name: target, namespace: shop},
     spec: {destination: {%s}, sources: [%s], rules: [%s]}}
    """
        .formatted(destination, sources, rules);
  }

  private static String toApi(String rules) {
    return target("kind: ServiceAccount, name: api", "{kind: ServiceAccount, name: web}", rules);
  }

  private static String group(String matches) {
    return """
    {apiVersion: specs.smi-spec.io/v1alpha4, kind: HTTPRouteGroup,
     metadata: {name: routes, namespace: shop}, spec: {matches: [%s]}}
    """
        .formatted(matches);
  }

  private static String tcp(String ports) {
    return """
    {apiVersion: specs.smi-spec.io/v1alpha4, kind: TCPRoute,
     metadata: {name: ports, namespace: shop}, spec: {matches: {ports: [%s]}}}
    """
        .formatted(ports);
  }

  private static String binding(String namespace, String schemes) {
    return """
    {apiVersion: access.smi-spec.io/v1alpha4, kind: IdentityBinding,
     metadata: {name: bound, namespace: %s}, spec: {schemes: {%s}}}
    """
        .formatted(namespace, schemes);
  }

  private boolean webCallsApi(String request) {
    return cluster.allows("shop/web", "shop/api", "shop/api", request);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "{name: m, pathRegex: /api}!GET /api!true",
        "{name: m, pathRegex: /api}!GET /api/more!false",
        "{name: m, pathRegex: '/api.*'}!GET /api/more!true",
        "{name: m, pathRegex: '^/api/.*'}!GET /api!false",
        "{name: m, pathRegex: '/(a|b)/.*'}!GET /b/x!true",
        "{name: m, pathRegex: '/a\\.b'}!GET /axb!false",
        "{name: m, methods: [GET, HEAD]}!HEAD /x!true",
        "{name: m, methods: [GET, HEAD]}!POST /x!false",
        "{name: m, pathRegex: '.*', methods: ['*']}!PURGE /x!true",
        "{name: m}!GET /x!true",
        "{name: m, headers: {user-agent: '.*Android.*'}}!GET /x user-agent=An-Android-8!true",
        "{name: m, headers: {user-agent: '.*Android.*'}}!GET /x user-agent=iPhone!false",
        "{name: m, headers: {user-agent: '.*Android.*'}}!GET /x!false",
        "{name: m, headers: {cookie: '^(.*?;)?(type=insider)(;.*)?$'}}!GET /"
            + " cookie=a=b;type=insider!true",
        "{name: m, headers: {cookie: '^(.*?;)?(type=insider)(;.*)?$'}}!GET / cookie=type=insiders"
            + "!false",
        "{name: m, headers: {a: x, b: y}}!GET /x a=x!false",
        "{name: m, headers: {a: x, b: y}}!GET /x a=x b=y!true",
        "{name: m, headers: [{a: x}, {b: y}]}!GET /x a=x b=y!true",
        "{name: m, headers: [{a: x}, {b: y}]}!GET /x b=y!false",
        "{name: m, pathRegex: /a}, {name: n, pathRegex: /b}!GET /b!true",
        "{name: m, pathRegex: /a}!-!false"
      })
  void a_route_group_allows_what_one_of_its_matches_says(
      String matches, String request, boolean allowed) {
    cluster.apply(toApi("{kind: HTTPRouteGroup, name: routes}")).apply(group(matches));

    assertThat(cluster.problems(KIND, "target")).isEmpty();
    assertThat(webCallsApi(request)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "{name: m, pathRegex: '/a[0-9]+'}!spec.matches[0].pathRegex: must be literal",
        "{name: m, headers: {cookie: '^[a-z]+$'}}!must be literal",
        "{name: m, methods: ['G T']}!spec.matches[0].methods",
        "{name: m, hosts: [a]}!spec.matches[0].hosts: not supported",
        "{name: m, methods: GET}!spec.matches[0].methods: must be a list",
        "{name: m, headers: [{a: x}, {a: y}]}!twice",
        "{name: m}, {name: m}!twice"
      })
  void what_a_route_group_says_wrongly_rejects_the_target_and_leaves_the_last_good(
      String matches, String why) {
    cluster
        .apply(group("{name: good, pathRegex: /api}"))
        .apply(toApi("{kind: HTTPRouteGroup, name: routes}"));

    cluster.apply(group(matches));

    assertThat(cluster.problems(KIND, "target"))
        .anySatisfy(problem -> assertThat(problem).contains("HTTPRouteGroup shop/routes", why));
    assertThat(webCallsApi(GET)).isTrue();
    assertThat(webCallsApi("GET /a1")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kind: Service, name: api|{kind: ServiceAccount, name: web}|spec.destination.kind",
        "kind: ServiceAccount, name: 'a b'|{kind: ServiceAccount, name: web}|spec.destination.name",
        "kind: ServiceAccount, name: api, namespace: other|{kind: ServiceAccount, name: web}"
            + "|spec.destination.namespace: must be the object's own",
        "kind: ServiceAccount, name: api, port: 0|{kind: ServiceAccount, name: web}"
            + "|spec.destination.port",
        "kind: ServiceAccount, name: api|{kind: User, name: web}|spec.sources[0].kind",
        "kind: ServiceAccount, name: api|{kind: ServiceAccount, name: web, labels: {}}"
            + "|spec.sources[0].labels: not supported",
        "kind: ServiceAccount, name: api||spec.sources: none"
      })
  void what_a_target_says_wrongly_rejects_it(String destination, String sources, String why) {
    cluster
        .apply(tcp(""))
        .apply(
            target(destination, sources == null ? "" : sources, "{kind: TCPRoute, name: ports}"));

    assertThat(cluster.problems(KIND, "target")).anyMatch(problem -> problem.startsWith(why));
    assertThat(webCallsApi(GET)).isFalse();
  }

  @Test
  void what_a_target_refers_to_and_is_not_there_allows_nothing_until_it_is() {
    cluster.apply(toApi("{kind: HTTPRouteGroup, name: routes, matches: [one, two]}"));

    assertThat(cluster.problems(KIND, "target"))
        .containsExactly(
            "spec.rules[0].name: HTTPRouteGroup shop/routes is not there, and allows nothing until"
                + " it is");
    assertThat(webCallsApi(GET)).isFalse();

    cluster.apply(group("{name: one, pathRegex: /api}"));
    assertThat(cluster.problems(KIND, "target"))
        .containsExactly("spec.rules[0].matches: HTTPRouteGroup shop/routes has no match \"two\"");
    assertThat(webCallsApi(GET)).isTrue();

    cluster.apply(group("{name: one, pathRegex: /api}, {name: two, pathRegex: /x}"));
    assertThat(cluster.problems(KIND, "target")).isEmpty();
    assertThat(webCallsApi("GET /x")).isTrue();

    cluster.delete(group(""));
    assertThat(webCallsApi(GET)).isFalse();
  }

  @Test
  void ports_that_are_written_elsewhere_are_not_taken_for_none() {
    cluster
        .apply(tcp("").replace("matches: {ports: []}", "ports: [9999]"))
        .apply(toApi("{kind: TCPRoute, name: ports}"));

    assertThat(cluster.problems(KIND, "target"))
        .containsExactly("TCPRoute shop/ports spec.ports: not supported; remove it");
    assertThat(webCallsApi(GET)).isFalse();
  }

  @Test
  void ports_of_a_tcp_route_narrow_the_http_routes_beside_it() {
    cluster
        .apply(group("{name: m, pathRegex: /api}"))
        .apply(tcp("9999"))
        .apply(toApi("{kind: TCPRoute, name: ports}, {kind: HTTPRouteGroup, name: routes}"));
    assertThat(webCallsApi(GET)).isFalse();

    cluster.apply(tcp("9999, 8080"));

    assertThat(webCallsApi(GET)).isTrue();
    assertThat(webCallsApi("GET /other")).isFalse();
  }

  @Test
  void udp_is_not_carried_and_does_not_keep_tcp_from_being_allowed() {
    var udp =
        """
        {apiVersion: specs.smi-spec.io/v1alpha4, kind: UDPRoute,
         metadata: {name: ports, namespace: shop}, spec: {matches: {ports: []}}}
        """;
    cluster.apply(udp).apply(toApi("{kind: UDPRoute, name: ports}"));
    assertThat(cluster.problems(KIND, "target"))
        .singleElement()
        .asString()
        .contains("UDP is not carried");
    assertThat(webCallsApi(GET)).isFalse();

    cluster
        .apply(tcp("8080"))
        .apply(toApi("{kind: UDPRoute, name: ports}, {kind: TCPRoute, name: ports}"));

    assertThat(cluster.problems(KIND, "target")).hasSize(1);
    assertThat(webCallsApi(GET)).isTrue();
  }

  @Test
  void http_routes_allow_nothing_where_requests_are_not_understood() {
    cluster
        .apply(group("{name: m}"))
        .apply(
            target(
                "kind: ServiceAccount, name: db",
                "{kind: ServiceAccount, name: web}",
                "{kind: HTTPRouteGroup, name: routes}"));

    assertThat(cluster.allows("shop/web", "shop/db", "shop/db", "-")).isFalse();
  }

  @Test
  void a_target_holds_at_the_workloads_of_its_destination_and_not_at_others_of_the_service() {
    cluster
        .service("shop", "mixed", "{name: http, port: 8080}", "api", "canary")
        .apply(tcp(""))
        .apply(toApi("{kind: TCPRoute, name: ports}"));

    assertThat(cluster.allows("shop/web", "shop/mixed", "shop/api", GET)).isTrue();
    assertThat(cluster.allows("shop/web", "shop/mixed", "shop/canary", GET)).isFalse();
  }

  @Test
  void an_identity_binding_speaks_for_an_account_and_for_identities() {
    cluster
        .apply(tcp(""))
        .apply(
            target(
                "kind: IdentityBinding, group: access.smi-spec.io, name: served",
                "{kind: IdentityBinding, name: bound, namespace: other}",
                "{kind: TCPRoute, name: ports}"));
    assertThat(cluster.problems(KIND, "target")).hasSize(2);

    cluster
        .apply(binding("shop", "serviceAccount: api").replace("bound", "served"))
        .apply(
            binding(
                "other",
                "serviceAccount: web, spiffeIdentities: [example.org/ns/default/dc/dc1/svc/billing,"
                    + " 'spiffe://partner.example/caller']"));

    assertThat(cluster.problems(KIND, "target")).isEmpty();
    for (var caller :
        new String[] {
          "other/web",
          "spiffe://example.org/ns/default/dc/dc1/svc/billing",
          "spiffe://partner.example/caller"
        }) {
      assertThat(cluster.allows(caller, "shop/api", "shop/api", GET)).as(caller).isTrue();
    }
    assertThat(webCallsApi(GET)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spiffeIdentities: [example.org/ns/shop/sa/web]|of another namespace",
        "spiffeIdentities: ['spiffe://example.org']|a trust domain, not an identity",
        "podLabelSelector: {matchLabels: {a: b}}|no certificate proves a label",
        "podLabelSelectors: [{matchLabels: {a: b}}]|no certificate proves a label",
        "jwt: {}|not supported",
        "serviceAccount: 'A B'|service account"
      })
  void what_an_identity_binding_says_wrongly_rejects_the_target(String schemes, String why) {
    cluster
        .apply(tcp(""))
        .apply(binding("other", schemes))
        .apply(
            target(
                "kind: ServiceAccount, name: api",
                "{kind: IdentityBinding, name: bound, namespace: other}",
                "{kind: TCPRoute, name: ports}"));

    assertThat(cluster.problems(KIND, "target"))
        .anySatisfy(problem ->
            assertThat(problem).contains("IdentityBinding other/bound: spec.schemes", why));
    assertThat(webCallsApi(GET)).isFalse();
  }

  @Test
  void targets_add_to_each_other_and_to_intentions_and_a_denial_of_the_same_weight_wins() {
    cluster.apply(tcp("")).apply(toApi("{kind: TCPRoute, name: ports}"));
    assertThat(webCallsApi(GET)).isTrue();

    cluster.apply(
        """
        {apiVersion: mesh.tombolo.io/v1alpha1, kind: Intention,
         metadata: {name: api, namespace: shop},
         spec: {destination: {name: api}, sources: [{serviceAccount: web, action: deny},
                {serviceAccount: batch, action: allow}]}}
        """);

    assertThat(webCallsApi(GET)).isFalse();
    assertThat(cluster.allows("shop/batch", "shop/api", "shop/api", GET)).isTrue();
  }

  @Test
  void a_target_without_what_it_refers_to_is_no_rejection_that_keeps_what_was() {
    cluster.apply(tcp("")).apply(toApi("{kind: TCPRoute, name: ports}"));

    cluster.delete(tcp(""));

    assertThat(cluster.policy(KIND, "target")).extracting(PolicyObject::partial).isEqualTo(true);
  }
}
