package io.tombolo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Permissions in our `Intention` and in consul-k8s' `ServiceIntentions`.
@Tag("intentions")
class IntentionPermissionsTest {
  private final Policed cluster = new Policed();

  @BeforeEach
  void deploy() {
    cluster
        .service("shop", "web", "{name: http, port: 8080}", "web")
        .service("shop", "api", "{name: http, port: 8080}", "api");
  }

  private static String intention(String version, String source) {
    return """
    {apiVersion: mesh.tombolo.io/%s, kind: Intention, metadata: {name: api, namespace: shop},
     spec: {destination: {name: api}, sources: [{name: web, %s}]}}
    """
        .formatted(version, source);
  }

  private static String serviceIntentions(String source) {
    return """
    {apiVersion: consul.hashicorp.com/v1alpha1, kind: ServiceIntentions,
     metadata: {name: api, namespace: shop},
     spec: {destination: {name: api-shop}, sources: [{name: web-shop, %s}]},
     status: {conditions: []}}
    """
        .formatted(source);
  }

  private boolean webCallsApi(String request) {
    return cluster.allows("shop/web", "shop/api", "shop/api", request);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "pathExact: /a!GET /a!true",
        "pathExact: /a!GET /a/b!false",
        "pathPrefix: /a!GET /a/b!true",
        "methods: [GET, post]!POST /!true",
        "methods: [GET]!POST /!false",
        "headers: [{name: X-A, exact: y}]!GET / x-a=y!true",
        "headers: [{name: X-A, exact: y, ignoreCase: true}]!GET / x-a=Y!true",
        "headers: [{name: X-A, exact: y, invert: true}]!GET / x-a=z!true",
        "headers: [{name: X-A, present: true}]!GET / x-a=z!true",
        "headers: [{name: X-A, present: true, invert: true}]!GET /!true",
        "headers: [{name: X-A, present: true, invert: true}]!GET / x-a=z!false",
        "headers: [{name: X-A, prefix: y}, {name: X-B, suffix: z}]!GET / x-a=yes x-b=jazz!true",
        "headers: [{name: X-A, contains: y}]!GET / x-a=no!false",
        "ports: [8080, 9090], pathExact: /a!GET /a!true",
        "ports: [9090], pathExact: /a!GET /a!false",
        "pathExact: /a, methods: [GET]!POST /a!false"
      })
  void an_intention_allows_what_its_permission_says(String http, String request, boolean allowed) {
    cluster.apply(intention("v1alpha1", "permissions: [{action: allow, http: {" + http + "}}]"));

    assertThat(cluster.problems("Intention", "api")).isEmpty();
    assertThat(webCallsApi(request)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "action: allow, permissions: [{action: deny, http: {pathExact: /}}]!action: goes without",
        "permissions: [{action: maybe, http: {pathExact: /}}]!permissions[0].action: must be",
        "permissions: [{action: allow}]!permissions[0].http: must say at least one of",
        "permissions: [{action: allow, http: {}}]!permissions[0].http: must say at least one of",
        "permissions: [{action: allow, http: {pathExact: a}}]!pathExact: must start with /",
        "permissions: [{action: allow, http: {pathExact: /a, pathPrefix: /}}]!goes without",
        "permissions: [{action: allow, http: {pathRegex: /.*}}]!pathRegex: not supported",
        "permissions: [{action: allow, http: {methods: ['']}}]!methods",
        "permissions: [{action: allow, http: {ports: [0]}}]!ports: must be 1 to 65535",
        "permissions: [{action: allow, http: {headers: [{name: a}]}}]!exactly one of",
        "permissions: [{action: allow, http: {headers: [{name: a, exact: b, prefix: c}]}}]"
            + "!exactly one of",
        "permissions: [{action: allow, http: {headers: [{exact: b}]}}]!headers[0]",
        "permissions: [{action: allow, http: {pathExact: /, jwt: {}}}]!jwt: not supported",
        "permissions: []!permissions: none"
      })
  void what_a_permission_says_wrongly_rejects_the_intention(String source, String why) {
    cluster.apply(intention("v1alpha1", source));

    assertThat(cluster.problems("Intention", "api"))
        .anySatisfy(problem -> assertThat(problem).startsWith("spec.sources[0]").contains(why));
    assertThat(webCallsApi("GET /")).isFalse();
  }

  @Test
  void the_first_permission_that_matches_decides() {
    cluster.apply(
        intention(
            "v1",
            """
            permissions: [{action: deny, http: {pathPrefix: /admin}},
                          {action: allow, http: {pathPrefix: /}}]
            """));

    assertThat(webCallsApi("GET /x")).isTrue();
    assertThat(webCallsApi("GET /admin/x")).isFalse();
  }

  @Test
  void permissions_go_with_one_service() {
    cluster.apply(
        intention("v1alpha1", "permissions: [{action: allow, http: {pathExact: /}}]")
            .replace("destination: {name: api}", "destination: {name: '*'}"));

    assertThat(cluster.problems("Intention", "api")).singleElement().asString().contains("with *");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "action: allow!GET /!true",
        "action: deny!GET /!false",
        "action: allow, description: because!-!true",
        "permissions: [{action: allow, http: {pathRegex: '/a/.*'}}]!GET /a/b!true",
        "permissions: [{action: allow, http: {pathExact: /a, methods: [GET]}}]!GET /a!true",
        "permissions: [{action: allow, http: {header: [{name: x, regex: 'a|b'}]}}]!GET / x=b!true",
        "permissions: [{action: allow, http: {header: [{name: x, exact: a}]}}]!GET / x=b!false",
        "permissions: [{action: allow, http: {pathExact: /a}}]!GET /b!false"
      })
  void service_intentions_of_consul_k8s_mean_what_they_mean_in_consul(
      String source, String request, boolean allowed) {
    cluster.apply(serviceIntentions(source));

    assertThat(cluster.problems("ServiceIntentions", "api")).isEmpty();
    assertThat(webCallsApi(request)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "action: allow, peer: other!peer: not supported",
        "action: allow, samenessGroup: all!samenessGroup: not supported",
        "action: allow, namespace: other!namespace: must be default",
        "action: Allow!action: must be allow or deny",
        "permissions: [{action: allow, http: {pathRegex: '/a[0-9]'}}]!pathRegex: must be literal",
        "permissions: [{action: allow, http: {pathExact: /a}, jwt: {}}]!jwt: not supported"
      })
  void what_service_intentions_say_wrongly_rejects_them(String source, String why) {
    cluster.apply(serviceIntentions(source));

    assertThat(cluster.problems("ServiceIntentions", "api"))
        .anySatisfy(problem -> assertThat(problem).startsWith("spec.sources[0]").contains(why));
    assertThat(webCallsApi("GET /")).isFalse();
  }
}
