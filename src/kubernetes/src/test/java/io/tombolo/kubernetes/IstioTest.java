package io.tombolo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("intentions")
class IstioTest {
  private static final String KIND = "AuthorizationPolicy";
  private static final String GET = "GET /x";
  private static final String EVERYONE =
      """
      {apiVersion: mesh.tombolo.io/v1, kind: Intention, metadata: {name: all, namespace: shop},
       spec: {destination: {name: '*', namespace: '*'},
              sources: [{name: '*', namespace: '*', action: allow},
                        {spiffeId: 'spiffe://partner.example/pay', action: allow}]}}
      """;

  private final Policed cluster = new Policed();

  @BeforeEach
  void deploy() {
    cluster
        .service("shop", "api", "{name: http, port: 80, targetPort: 8080}", "api")
        .service("shop", "db", "{name: tcp, port: 5432}", "db");
  }

  private static String policy(String spec) {
    return """
    {apiVersion: security.istio.io/v1, kind: AuthorizationPolicy,
     metadata: {name: policy, namespace: shop}, spec: {%s}}
    """
        .formatted(spec);
  }

  private boolean calls(String caller, String request) {
    return cluster.allows(caller, "shop/api", "shop/api", request);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "principals: [cluster.local/ns/shop/sa/web]!shop/web!true",
        "principals: [example.org/ns/shop/sa/web]!shop/web!true",
        "principals: ['*/ns/shop/sa/web']!shop/web!true",
        "principals: [example.org/ns/shop/sa/web]!shop/other!false",
        "principals: [partner.example/pay]!spiffe://partner.example/pay!true",
        "principals: [other.example/ns/shop/sa/web]!shop/web!false",
        "principals: ['example.org/ns/shop/*']!shop/other!true",
        "principals: ['example.org/ns/shop/*']!shop-2/other!false",
        "principals: ['*']!any/one!true",
        "principals: ['*']!spiffe://partner.example/pay!false",
        "notPrincipals: [example.org/ns/shop/sa/web]!shop/web!false",
        "notPrincipals: [example.org/ns/shop/sa/web]!shop/other!true",
        "namespaces: [shop]!shop/web!true",
        "namespaces: [shop]!other/web!false",
        "notNamespaces: [shop]!shop/web!false",
        "notNamespaces: [shop]!other/web!true",
        "serviceAccounts: [web]!shop/web!true",
        "serviceAccounts: [other/web]!other/web!true",
        "serviceAccounts: [other/web]!shop/web!false",
        "namespaces: [shop], principals: ['example.org/ns/other/sa/web']!other/web!false",
        "namespaces: [shop], notPrincipals: ['cluster.local/ns/shop/sa/web']!shop/web!false",
        "namespaces: [shop], notPrincipals: ['cluster.local/ns/shop/sa/web']!shop/other!true"
      })
  void a_source_is_who_calls(String source, String caller, boolean allowed) {
    cluster.apply(policy("rules: [{from: [{source: {" + source + "}}]}]"));

    assertThat(cluster.problems(KIND, "policy")).isEmpty();
    assertThat(calls(caller, GET)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "paths: [/a]!GET /a!true",
        "paths: [/a]!GET /a/b!false",
        "paths: ['/a*']!GET /a/b!true",
        "paths: ['*.css']!GET /a.css!true",
        "paths: ['*']!GET /a!true",
        "notPaths: [/a]!GET /a!false",
        "notPaths: [/a]!GET /b!true",
        "methods: [GET, PUT]!PUT /!true",
        "methods: [GET, PUT]!POST /!false",
        "methods: ['*']!POST /!true",
        "notMethods: [DELETE]!DELETE /!false",
        "hosts: [api.shop]!GET / host=API.shop!true",
        "hosts: ['*.shop']!GET / host=x.shop!true",
        "notHosts: [admin.shop]!GET / host=admin.shop!false",
        "ports: ['8080']!GET /!true",
        "ports: ['80']!GET /!false",
        "notPorts: ['8080']!GET /!false",
        "paths: [/a], methods: [GET]!POST /a!false",
        "paths: [/a]}}, {operation: {methods: [PUT]!PUT /b!true"
      })
  void an_operation_is_what_is_asked_for(String operation, String request, boolean allowed) {
    cluster.apply(policy("rules: [{to: [{operation: {" + operation + "}}]}]"));

    assertThat(cluster.problems(KIND, "policy")).isEmpty();
    assertThat(calls("shop/web", request)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "{key: 'request.headers[X-A]', values: [b, 'c*']}!GET / x-a=cd!true",
        "{key: 'request.headers[X-A]', values: [b]}!GET /!false",
        "{key: 'request.headers[X-A]', notValues: [b]}!GET / x-a=b!false",
        "{key: 'request.headers[X-A]', notValues: [b]}!GET /!true",
        "{key: 'request.headers[X-A]', values: ['*']}!GET / x-a=z!true",
        "{key: source.principal, values: ['cluster.local/ns/shop/sa/web']}!GET /!true",
        "{key: source.principal, notValues: ['cluster.local/ns/shop/sa/web']}!GET /!false",
        "{key: source.namespace, values: [other]}!GET /!false",
        "{key: destination.port, values: ['8080']}!GET /!true",
        "{key: source.namespace, values: [shop]}, {key: destination.port, values: ['1']}!GET"
            + " /!false"
      })
  void all_conditions_of_when_must_hold(String when, String request, boolean allowed) {
    cluster.apply(policy("rules: [{when: [" + when + "]}]"));

    assertThat(cluster.problems(KIND, "policy")).isEmpty();
    assertThat(calls("shop/web", request)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "action: AUDIT!spec.action: must be ALLOW or DENY",
        "action: CUSTOM, provider: {name: x}!spec.provider: not supported",
        "selector: {matchExpressions: []}!spec.selector.matchExpressions: not supported",
        "targetRefs: [{kind: Gateway, name: x}]!spec.targetRefs[0].kind: must be a Service",
        "targetRefs: [{kind: Service, name: api, namespace: x}]!spec.targetRefs[0].namespace",
        "rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]!source.ipBlocks: not supported",
        "rules: [{from: [{source: {requestPrincipals: ['*']}}]}]!source.requestPrincipals",
        "rules: [{from: [{source: {principals: ['*-web']}}]}]!source.principals",
        "rules: [{from: [{source: {principals: ['example.org/ns/shop/sa/web-*']}}]}]!principals",
        "rules: [{from: [{source: {principals: ['partner.example/*']}}]}]!one by one",
        "rules: [{from: [{source: {namespaces: ['team-*']}}]}]!source.namespaces",
        "rules: [{from: [{source: {namespaces: []}}]}]!source.namespaces: is empty",
        "rules: [{from: [{source: {}}]}]!from[0].source: says nothing",
        "rules: [{from: []}]!rules[0].from: is empty",
        "rules: [{to: [{operation: {}}]}]!to[0].operation: says nothing",
        "rules: [{to: [{operation: {paths: ['/a/{*}']}}]}]!operation.paths: templates",
        "rules: [{to: [{operation: {paths: ['*a*']}}]}]!operation.paths",
        "rules: [{to: [{operation: {methods: ['G*']}}]}]!operation.methods",
        "rules: [{to: [{operation: {ports: [http]}}]}]!operation.ports",
        "rules: [{to: [{operation: {notches: [a]}}]}]!operation.notches: not supported",
        "rules: [{when: [{key: 'request.auth.claims[a]', values: [b]}]}]!when[0].key",
        "rules: [{when: [{key: source.ip, values: [10.0.0.1]}]}]!when[0].key",
        "rules: [{when: [{key: source.namespace}]}]!when[0].values: missing",
        "rules: [{unless: []}]!rules[0].unless: not supported",
        "rules: {}!spec.rules: must be a list"
      })
  void what_is_not_supported_rejects_the_policy(String spec, String why) {
    cluster.apply(policy(spec));

    assertThat(cluster.problems(KIND, "policy"))
        .anySatisfy(problem -> assertThat(problem).contains(why));
    assertThat(calls("shop/web", GET)).isFalse();
  }

  @Test
  void what_is_denied_is_denied_before_anything_else_and_to_anyone() {
    cluster
        .apply(EVERYONE)
        .apply(policy("action: DENY, rules: [{to: [{operation: {paths: ['/admin*']}}]}]"));

    for (var caller : new String[] {"shop/web", "spiffe://partner.example/pay"}) {
      assertThat(calls(caller, GET)).as(caller).isTrue();
      assertThat(calls(caller, "GET /admin/x")).as(caller).isFalse();
    }
  }

  @Test
  void what_is_denied_of_requests_is_denied_where_they_are_not_understood() {
    cluster
        .apply(EVERYONE)
        .apply(policy("action: DENY, rules: [{to: [{operation: {paths: ['/admin*']}}]}]"));

    assertThat(cluster.allows("shop/web", "shop/db", "shop/db", "-")).isFalse();

    cluster.apply(
        policy(
            "action: DENY, rules: [{to: [{operation: {ports: ['8080'], paths: ['/admin*']}}]}]"));
    assertThat(cluster.allows("shop/web", "shop/db", "shop/db", "-")).isTrue();
  }

  @Test
  void an_empty_rule_is_every_call_and_no_rule_is_none() {
    cluster.apply(policy("rules: [{}]"));
    assertThat(calls("shop/web", GET)).isTrue();

    cluster.apply(policy(""));
    assertThat(cluster.problems(KIND, "policy")).isEmpty();
    assertThat(calls("shop/web", GET)).isFalse();

    cluster.apply(EVERYONE);
    assertThat(calls("shop/web", GET)).isTrue();
    cluster.apply(policy("action: DENY, rules: [{}]"));
    assertThat(calls("shop/web", GET)).isFalse();
  }

  @Test
  void what_is_allowed_holds_where_all_pods_have_the_labels() {
    var selecting = "selector: {matchLabels: {app: api}}, rules: [{}]";
    cluster.apply(policy(selecting));
    assertThat(calls("shop/web", GET)).isTrue();
    assertThat(cluster.allows("shop/web", "shop/db", "shop/db", "-")).isFalse();

    cluster.apply(policy(selecting.replace("app: api", "app: api, version: v1")));
    assertThat(cluster.problems(KIND, "policy"))
        .singleElement()
        .asString()
        .startsWith("spec.selector: no Service of the namespace selects pods by these labels");
    assertThat(calls("shop/web", GET)).isFalse();
  }

  @Test
  void what_is_denied_holds_where_some_pods_may_have_the_labels() {
    cluster
        .apply(EVERYONE)
        .apply(
            policy("action: DENY, selector: {matchLabels: {app: api, version: v1}}, rules: [{}]"));

    assertThat(cluster.problems(KIND, "policy")).isEmpty();
    assertThat(calls("shop/web", GET)).isFalse();
    assertThat(cluster.allows("shop/web", "shop/db", "shop/db", "-")).isTrue();
  }

  @Test
  void a_policy_follows_the_services_that_come_and_go() {
    cluster.apply(EVERYONE).apply(policy("action: DENY, rules: [{}]"));

    cluster.service("shop", "late", "{name: http, port: 8080}", "late");

    assertThat(cluster.allows("shop/web", "shop/late", "shop/late", GET)).isFalse();
  }

  @Test
  void a_service_is_named_in_target_refs_with_its_own_ports() {
    cluster.apply(
        policy(
            "targetRefs: [{kind: Service, group: '', name: api}],"
                + " rules: [{to: [{operation: {ports: ['80']}}]}]"));
    assertThat(calls("shop/web", GET)).isTrue();
    assertThat(cluster.allows("shop/web", "shop/db", "shop/db", "-")).isFalse();

    cluster.apply(policy("targetRefs: [{kind: Service, name: nobody}], rules: [{}]"));
    assertThat(cluster.problems(KIND, "policy")).hasSize(1);
    assertThat(calls("shop/web", GET)).isFalse();
  }

  @Test
  void a_port_that_is_given_by_name_is_denied_and_not_allowed() {
    cluster.service("shop", "named", "{name: http, port: 80, targetPort: web}", "named");
    var ports = "rules: [{to: [{operation: {ports: ['8080']}}]}]";

    cluster.apply(policy(ports));
    assertThat(cluster.allows("shop/web", "shop/named", "shop/named", GET)).isFalse();

    cluster.apply(EVERYONE).apply(policy("action: DENY, " + ports));
    assertThat(cluster.allows("shop/web", "shop/named", "shop/named", GET)).isFalse();

    cluster.apply(policy("action: DENY, " + ports.replace("ports", "notPorts")));
    assertThat(cluster.allows("shop/web", "shop/named", "shop/named", GET)).isFalse();
  }

  @Test
  void a_dry_run_is_not_in_force() {
    cluster.apply(policy("rules: [{}]"));

    cluster.apply(
        policy("rules: [{}]")
            .replace("name: policy,", "name: policy, annotations: {istio.io/dry-run: 'true'},"));

    assertThat(cluster.problems(KIND, "policy")).singleElement().asString().contains("dry-run");
    assertThat(calls("shop/web", GET)).isFalse();
  }

  @Test
  void one_for_the_whole_mesh_is_rejected() {
    cluster
        .service("istio-system", "pilot", "{name: http, port: 80}", "pilot")
        .apply(
            policy("action: DENY, rules: [{}]")
                .replace("namespace: shop", "namespace: istio-system"));

    assertThat(cluster.allows("shop/web", "istio-system/pilot", "istio-system/pilot", GET))
        .isFalse();
    assertThat(cluster.policyIn("istio-system", KIND, "policy").problems())
        .singleElement()
        .asString()
        .contains("root namespace");
  }
}
