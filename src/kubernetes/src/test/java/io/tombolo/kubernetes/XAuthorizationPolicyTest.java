package io.tombolo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// GEP-3779.
@Tag("intentions")
class XAuthorizationPolicyTest {
  private static final String KIND = "XAuthorizationPolicy";
  private static final String CONNECT = "-";

  private final Policed cluster = new Policed();

  @BeforeEach
  void deploy() {
    cluster
        .service("shop", "api", "{name: http, port: 80, targetPort: 8080}", "api")
        .service("shop", "db", "{name: tcp, port: 5432}", "db");
  }

  private static String policy(String selector, String rules) {
    return """
    {apiVersion: gateway.networking.x-k8s.io/v1alpha1, kind: XAuthorizationPolicy,
     metadata: {name: policy, namespace: shop}, spec: {action: ALLOW,
       targetRefs: [{group: '', kind: Pod, selector: {%s}}], rules: [%s]}}
    """
        .formatted(selector, rules);
  }

  private boolean calls(String caller, String service) {
    return cluster.allows(caller, "shop/" + service, "shop/" + service, CONNECT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "{type: ServiceAccount, serviceAccount: {name: web}}!shop/web!true",
        "{type: ServiceAccount, serviceAccount: {name: web}}!other/web!false",
        "{type: ServiceAccount, serviceAccount: {name: web, namespace: other}}!other/web!true",
        "{type: ServiceAccount, serviceAccount: {name: '*'}}!shop/cart!true",
        "{type: ServiceAccount, serviceAccount: {name: '*'}}!other/cart!false",
        "{type: SPIFFE, spiffe: 'spiffe://example.org/ns/default/dc/dc1/svc/pay'}"
            + "!spiffe://example.org/ns/default/dc/dc1/svc/pay!true",
        "{type: SPIFFE, spiffe: 'spiffe://partner.example/pay'}!spiffe://partner.example/pay!true",
        "{type: SPIFFE, spiffe: 'spiffe://partner.example/pay'}!shop/web!false"
      })
  void a_source_is_a_service_account_or_a_spiffe_id(String source, String caller, boolean allowed) {
    cluster.apply(policy("matchLabels: {app: api}", "{sources: [" + source + "]}"));

    assertThat(cluster.problems(KIND, "policy")).isEmpty();
    assertThat(calls(caller, "api")).isEqualTo(allowed);
    assertThat(calls(caller, "db")).isFalse();
  }

  @Test
  void without_sources_everyone_is_let_in_and_with_none_nobody() {
    cluster.apply(policy("matchLabels: {app: api}", "{}"));
    assertThat(calls("any/one", "api")).isTrue();

    cluster.apply(policy("matchLabels: {app: api}", "{sources: []}"));
    assertThat(calls("any/one", "api")).isFalse();
  }

  @Test
  void an_empty_selector_is_the_whole_namespace() {
    cluster.apply(policy("", "{sources: [{type: ServiceAccount, serviceAccount: {name: web}}]}"));

    assertThat(calls("shop/web", "api")).isTrue();
    assertThat(calls("shop/web", "db")).isTrue();
    assertThat(calls("shop/cart", "db")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"8080, true", "80, false"})
  void ports_are_those_of_the_pods(int port, boolean allowed) {
    cluster.apply(
        policy("matchLabels: {app: api}", "{networkAttributes: {ports: [%d]}}".formatted(port)));

    assertThat(calls("shop/web", "api")).isEqualTo(allowed);
  }

  @Test
  void it_closes_what_it_is_about_only_to_whom_nothing_lets_in() {
    cluster
        .apply(
            """
            {apiVersion: mesh.tombolo.io/v1, kind: Intention, metadata: {name: cart, namespace: shop},
             spec: {destination: {name: api}, sources: [{serviceAccount: cart, action: allow}]}}
            """)
        .apply(policy("matchLabels: {app: api}", ""));

    assertThat(calls("shop/cart", "api")).isTrue();
    assertThat(calls("shop/web", "api")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "matchExpressions: []!!spec.targetRefs[0].selector.matchExpressions: not supported",
        "!{sources: [{type: IP}]}!spec.rules[0].sources[0].type: must be ServiceAccount or SPIFFE",
        "!{sources: [{type: SPIFFE, spiffe: x}]}!spec.rules[0].sources[0].spiffe",
        "!{sources: [{type: SPIFFE, serviceAccount: {name: a}}]}!serviceAccount: not supported",
        "!{httpAttributes: {}}!spec.rules[0].httpAttributes: not supported",
        "!{networkAttributes: {ports: [0]}}!spec.rules[0].networkAttributes.ports: must be 1 to"
      })
  void what_is_not_understood_rejects_it(String selector, String rules, String problem) {
    var written = policy(selector == null ? "" : selector, rules == null ? "" : rules);

    cluster.apply(written);

    assertThat(cluster.problems(KIND, "policy")).anyMatch(one -> one.contains(problem));
    assertThat(calls("shop/web", "api")).isFalse();
  }

  @Test
  void labels_that_no_service_selects_by_are_a_problem() {
    cluster.apply(policy("matchLabels: {app: nobody}", "{}"));

    assertThat(cluster.problems(KIND, "policy")).anyMatch(one -> one.contains("no Service"));
  }
}
