package io.tombolo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.route.RouteObject;
import io.tombolo.mesh.route.RouteRule;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("push")
class WrittenRouteTest {
  private static final Manifests MANIFESTS = new Manifests();
  private static final SourceId EAST = SourceId.kubernetes("east");
  private static final Cluster CLUSTER =
      new Cluster(EAST, new TrustDomain("example.org"), "pods", new Networks(Map.of()));
  private static final ServiceId CART = new ServiceId(EAST, "shop", "cart");
  private static final ServiceId CANARY = new ServiceId(EAST, "shop", "canary");
  private static final String TO_CART = "[{group: '', kind: Service, name: cart, port: 80}]";

  private static Optional<RouteObject> read(String parents, String rules) {
    var yaml =
        """
        {apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute,
         metadata: {name: cart, namespace: shop, creationTimestamp: '2026-01-02T03:04:05Z'},
         spec: {parentRefs: %s, rules: %s}}
        """
            .formatted(parents, rules);
    var route = (HTTPRoute) MANIFESTS.parse(yaml).getFirst();
    return WrittenRoute.of(Ref.of(route), route, CLUSTER);
  }

  private static RouteObject good(String rules) {
    var read = read(TO_CART, rules).orElseThrow();
    assertThat(read.problems()).isEmpty();
    return read;
  }

  @Test
  void a_route_says_where_requests_to_a_service_go() {
    var read =
        good(
            """
            [{matches: [{path: {type: Exact, value: /a}, method: GET,
                         headers: [{name: X-User, value: '1'}],
                         queryParams: [{name: Q, value: '2'}]},
                        {path: {type: PathPrefix, value: /b/}}],
              filters: [{type: RequestHeaderModifier,
                         requestHeaderModifier: {set: [{name: X-A, value: a}], remove: [X-B]}},
                        {type: ResponseHeaderModifier,
                         responseHeaderModifier: {add: [{name: X-C, value: c}]}}],
              timeouts: {request: 10s, backendRequest: 1m500ms},
              backendRefs: [{name: cart, port: 80, weight: 9}, {name: canary, port: 81}]}]
            """);

    assertThat(read.created()).isEqualTo("2026-01-02T03:04:05Z");
    assertThat(read.parents()).containsExactly(new RouteObject.Parent(CART, 80));
    assertThat(read.rules())
        .containsExactly(
            new RouteRule(
                List.of(
                    new RouteRule.Match(
                        "/a",
                        true,
                        "GET",
                        List.of(new RouteRule.Field("x-user", "1")),
                        List.of(new RouteRule.Field("Q", "2"))),
                    new RouteRule.Match("/b", false, "", List.of(), List.of())),
                new RouteRule.HeaderEdits(
                    List.of(new RouteRule.Field("x-a", "a")), List.of(), List.of("x-b")),
                new RouteRule.HeaderEdits(
                    List.of(), List.of(new RouteRule.Field("x-c", "c")), List.of()),
                10_000,
                List.of(new RouteRule.Backend(CART, 80, 9), new RouteRule.Backend(CANARY, 81, 1))));
  }

  @Test
  void without_matches_every_request_is_meant() {
    assertThat(good("[{backendRefs: [{name: cart, port: 80}]}]").rules().getFirst().matches())
        .containsExactly(RouteRule.Match.EVERYTHING);
  }

  @Test
  void a_route_of_a_gateway_is_none_of_ours() {
    assertThat(read("[{name: edge}]", "[]")).isEmpty();
    assertThat(read("[{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]", "[]"))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {matches: [{path: {type: RegularExpression, value: /a}}]} | spec.rules[0].matches[0].path.type
          {matches: [{path: {value: a}}]} | spec.rules[0].matches[0].path.value
          {matches: [{headers: [{type: RegularExpression, name: a, value: b}]}]} | spec.rules[0].matches[0].headers.type
          {matches: [{headers: [{name: a, value: b}, {name: A, value: c}]}]} | spec.rules[0].matches[0].headers: two
          {matches: [{queryParams: [{type: RegularExpression, name: a, value: b}]}]} | spec.rules[0].matches[0].queryParams.type
          {matches: [{cookie: x}]} | spec.rules[0].matches[0].cookie: not supported
          {matches: [{path: {value: /a, ignoreCase: true}}]} | spec.rules[0].matches[0].path.ignoreCase: not supported
          {matches: [{headers: [{name: a, value: b, invert: true}]}]} | spec.rules[0].matches[0].headers.invert: not supported
          {matches: [{queryParams: [{name: a, value: b, invert: true}]}]} | spec.rules[0].matches[0].queryParams.invert: not supported
          {filters: [{type: URLRewrite}]} | spec.rules[0].filters[0].type
          {filters: [{type: RequestHeaderModifier}]} | spec.rules[0].filters[0]: says nothing
          {filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: Host, value: a}]}}]} | the header "host" cannot be edited
          {backendRefs: [{name: cart}]} | spec.rules[0].backendRefs[0].port
          {backendRefs: [{name: cart, port: 80, weight: -1}]} | spec.rules[0].backendRefs[0].weight
          {backendRefs: [{name: cart, port: 80, namespace: other}]} | spec.rules[0].backendRefs[0].namespace
          {backendRefs: [{name: '../cart', port: 80}]} | spec.rules[0].backendRefs[0].name
          {backendRefs: [{kind: Bucket, group: x.io, name: cart, port: 80}]} | spec.rules[0].backendRefs[0].kind
          {backendRefs: [{name: cart, port: 80, filters: [{type: URLRewrite}]}]} | spec.rules[0].backendRefs[0].filters
          {timeouts: {request: 10}} | spec.rules[0].timeouts.request
          {timeouts: {backendRequest: 1d}} | spec.rules[0].timeouts.backendRequest
          {retry: {attempts: 3}} | spec.rules[0].retry: not supported
          {sessionPersistence: {sessionName: a}} | spec.rules[0].sessionPersistence: not supported
          {unheardOf: 1} | spec.rules[0].unheardOf: not supported
          """)
  void what_is_not_understood_rejects_the_object_and_names_the_field(String rule, String names) {
    var read = read(TO_CART, "[" + rule + "]").orElseThrow();

    assertThat(read.problems()).hasSize(1);
    assertThat(read.problems().getFirst()).contains(names);
    assertThat(read.rules()).isEmpty();
  }

  @Test
  void a_route_for_a_service_of_another_namespace_is_rejected() {
    var parents = "[{group: '', kind: Service, name: cart, namespace: other}]";

    assertThat(read(parents, "[]").orElseThrow().problems())
        .containsExactly(
            "spec.parentRefs[0].namespace: must be the route's own; write the route in the"
                + " service's namespace");
  }

  @ParameterizedTest
  @CsvSource({"1h, 3600000", "1m1s, 61000", "500ms, 500", "0s, 0", "1h2m3s4ms, 3723004"})
  void durations_are_those_of_the_gateway_api(String written, long millis) {
    assertThat(GatewayDuration.millis(written)).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "s", "1.5s", "-1s", "123456s", "1s1s1s1s1s", "1s ", "1us"})
  void anything_else_is_none(String written) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GatewayDuration.millis(written))
        .withMessageContaining("must be a duration");
  }
}
