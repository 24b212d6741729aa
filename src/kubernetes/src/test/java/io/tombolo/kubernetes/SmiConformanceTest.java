package io.tombolo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The steps of SMI's conformance suites traffic-access and traffic-spec, with the objects that
/// they apply and the requests that they send, in each form that the objects have had.
@Tag("intentions")
class SmiConformanceTest {
  private static final String METRICS = "GET /metrics";
  private static final String ECHO = "GET /echo";
  private static final String POST_ECHO = "POST /echo";

  /// The versions in which the specifications changed their form.
  enum Form {
    V1ALPHA1 {
      @Override
      String target(String rule) {
        return """
        {apiVersion: access.smi-spec.io/v1alpha1, kind: TrafficTarget,
         metadata: {name: service-targets, namespace: shop},
         destination: {kind: ServiceAccount, name: service-b, namespace: shop, port: "9091"},
         sources: [{kind: ServiceAccount, name: service-a, namespace: shop}], specs: [%s]}
        """
            .formatted(rule);
      }

      @Override
      String group(String match) {
        return """
        {apiVersion: specs.smi-spec.io/v1alpha1, kind: HTTPRouteGroup,
         metadata: {name: http-rg, namespace: shop}, matches: [%s]}
        """
            .formatted(match);
      }

      @Override
      String tcp() {
        return """
        {apiVersion: specs.smi-spec.io/v1alpha1, kind: TCPRoute,
         metadata: {name: service-tcp-route, namespace: shop}}
        """;
      }
    },
    V1ALPHA2 {
      @Override
      String target(String rule) {
        return spec("v1alpha2", "port: 9091,", rule);
      }

      @Override
      String group(String match) {
        return V1ALPHA1.group(match).replace("v1alpha1", "v1alpha2");
      }

      @Override
      String tcp() {
        return V1ALPHA1.tcp().replace("v1alpha1", "v1alpha2");
      }
    },
    V1ALPHA3 {
      @Override
      String target(String rule) {
        return spec("v1alpha3", "", rule);
      }

      @Override
      String group(String match) {
        return V1ALPHA4.group(match).replace("v1alpha4", "v1alpha3");
      }

      @Override
      String tcp() {
        return V1ALPHA1.tcp().replace("v1alpha1", "v1alpha3").replace("shop}", "shop}, spec: {}");
      }
    },
    V1ALPHA4 {
      @Override
      String target(String rule) {
        return spec("v1alpha4", "", rule);
      }

      @Override
      String group(String match) {
        return """
        {apiVersion: specs.smi-spec.io/v1alpha4, kind: HTTPRouteGroup,
         metadata: {name: http-rg, namespace: shop}, spec: {matches: [%s]}}
        """
            .formatted(match);
      }

      @Override
      String tcp() {
        return V1ALPHA3
            .tcp()
            .replace("v1alpha3", "v1alpha4")
            .replace("spec: {}", "spec: {matches: {ports: []}}");
      }
    };

    abstract String target(String rule);

    abstract String group(String match);

    abstract String tcp();

    private static String spec(String version, String port, String rule) {
      return """
      {apiVersion: access.smi-spec.io/%s, kind: TrafficTarget,
       metadata: {name: service-targets, namespace: shop},
       spec: {destination: {kind: ServiceAccount, %s name: service-b, namespace: shop},
              sources: [{kind: ServiceAccount, name: service-a, namespace: shop}], rules: [%s]}}
      """
          .formatted(version, port, rule);
    }

    private String tcpTarget() {
      return target("{kind: TCPRoute, name: service-tcp-route}");
    }

    private String httpTarget() {
      return target("{kind: HTTPRouteGroup, name: http-rg, matches: [testMatch]}");
    }
  }

  private final Policed cluster = new Policed();

  private void deploy() {
    for (var app : new String[] {"a", "b", "c"}) {
      cluster.service("shop", "app-" + app, "{name: http, port: 9091}", "service-" + app);
    }
  }

  private boolean aCallsB(String request) {
    return cluster.allows("shop/service-a", "shop/app-b", "shop/service-b", request);
  }

  @ParameterizedTest
  @EnumSource
  void traffic_access_01_traffic_targets_are_known(Form form) {
    cluster.apply(form.tcp()).apply(form.tcpTarget());

    assertThat(cluster.problems("TrafficTarget", "service-targets")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void traffic_access_02_and_03_by_default_all_traffic_is_blocked(Form form) {
    deploy();
    cluster.apply(form.tcp());

    assertThat(aCallsB(ECHO)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void traffic_access_04_and_05_a_target_allows_its_source_and_nobody_else(Form form) {
    deploy();
    cluster.apply(form.tcp()).apply(form.tcpTarget());

    assertThat(aCallsB(ECHO)).isTrue();
    assertThat(cluster.allows("shop/service-c", "shop/app-b", "shop/service-b", ECHO)).isFalse();
    assertThat(cluster.allows("shop/service-a", "shop/app-c", "shop/service-c", ECHO)).isFalse();
    assertThat(cluster.allows("shop/service-b", "shop/app-a", "shop/service-a", ECHO)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void traffic_access_06_and_07_what_is_deleted_allows_nothing(Form form) {
    deploy();
    cluster.apply(form.tcp()).apply(form.tcpTarget());

    cluster.delete(form.tcp());
    assertThat(aCallsB(ECHO)).isFalse();
    cluster.delete(form.tcpTarget());
    assertThat(aCallsB(ECHO)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void traffic_spec_01_and_02_route_groups_are_known_and_allow_nothing_by_themselves(Form form) {
    deploy();
    cluster.apply(form.group("{name: testMatch, pathRegex: /metrics, methods: ['*']}"));

    assertThat(aCallsB(METRICS)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void traffic_spec_03_and_04_only_the_path_of_the_group_is_allowed(Form form) {
    deploy();
    cluster
        .apply(form.group("{name: testMatch, pathRegex: /metrics, methods: ['*']}"))
        .apply(form.httpTarget());

    assertThat(aCallsB(METRICS)).isTrue();
    assertThat(aCallsB("POST /metrics")).isTrue();
    assertThat(aCallsB(ECHO)).isFalse();
    assertThat(aCallsB("-")).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void traffic_spec_05_and_06_only_the_method_of_the_group_is_allowed(Form form) {
    deploy();
    cluster
        .apply(form.group("{name: testMatch, pathRegex: /metrics, methods: ['*']}"))
        .apply(form.httpTarget());

    cluster.apply(form.group("{name: testMatch, pathRegex: '.*', methods: [GET]}"));

    assertThat(aCallsB(ECHO)).isTrue();
    assertThat(aCallsB(POST_ECHO)).isFalse();
  }
}
