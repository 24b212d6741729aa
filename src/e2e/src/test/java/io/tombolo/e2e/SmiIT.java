package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.testbed.Await;
import io.tombolo.testbed.Caller;
import io.tombolo.testbed.KubeApiserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Policies in kinds of SMI and Istio, enforced by real Envoys. The caller is a VM of Consul, which
/// SMI knows by an `IdentityBinding`.
@Tag("intentions")
@ExtendWith(TwoWorldsExtension.class)
class SmiIT {
  private static final String LOCAL = "127.0.0.1";
  private static final int ORDERS = 9004;
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final TwoWorlds worlds;
  private final Deque<String> created = new ArrayDeque<>();

  SmiIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  @BeforeEach
  void define() throws IOException {
    for (var definition : KubeApiserver.dialects().split("\n---\n", -1)) {
      worlds.kubernetes().defineOnce(definition);
    }
  }

  @AfterEach
  void delete() {
    created.forEach(worlds.kubernetes()::delete);
  }

  private void create(String groupVersion, String plural, String name, String object) {
    var path = "/apis/%s/namespaces/%s/%s".formatted(groupVersion, Kubernetes.NAMESPACE, plural);
    var whole =
        "{\"apiVersion\": \"%s\", \"metadata\": {\"name\": \"%s\"}, %s}"
            .formatted(groupVersion, name, object);
    Await.until(plural + " are served", PATIENCE, () -> worlds.kubernetes().has(path));
    worlds.kubernetes().create(path, whole);
    created.push(path + "/" + name);
  }

  private void deleteNewest() {
    worlds.kubernetes().delete(created.pop());
  }

  private void targetOfRoutes(String match) {
    create(
        "access.smi-spec.io/v1alpha4",
        "identitybindings",
        "billing",
        """
        "kind": "IdentityBinding", "spec": {"schemes": {"spiffeIdentities":
          ["%s/ns/default/dc/dc1/svc/billing"]}}
        """
            .formatted(TwoWorlds.TRUST_DOMAIN));
    create(
        "specs.smi-spec.io/v1alpha4",
        "httproutegroups",
        "routes",
        """
        "kind": "HTTPRouteGroup", "spec": {"matches": [%s]}
        """
            .formatted(match));
    create(
        "access.smi-spec.io/v1alpha4",
        "traffictargets",
        "orders",
        """
        "kind": "TrafficTarget", "spec": {
          "destination": {"kind": "ServiceAccount", "name": "orders"},
          "sources": [{"kind": "IdentityBinding", "name": "billing"}],
          "rules": [{"kind": "HTTPRouteGroup", "name": "routes"}]}
        """);
  }

  @Test
  void a_traffic_target_allows_its_paths_until_it_is_deleted() {
    assertThat(allowed("metrics")).isFalse();

    targetOfRoutes("{\"name\": \"metrics\", \"pathRegex\": \"/metrics\", \"methods\": [\"*\"]}");
    awaitAllowed("metrics");
    assertThat(allowed("echo")).isFalse();

    deleteNewest();
    awaitDenied("metrics");
  }

  @Test
  void a_traffic_target_allows_its_methods() {
    targetOfRoutes("{\"name\": \"m\", \"pathRegex\": \".*\", \"methods\": [\"POST\"]}");
    worlds.awaitAllApplied();
    assertThat(allowed("echo")).isFalse();

    deleteNewest();
    deleteNewest();
    deleteNewest();
    targetOfRoutes("{\"name\": \"m\", \"pathRegex\": \".*\", \"methods\": [\"GET\"]}");
    awaitAllowed("echo");
  }

  @Test
  void a_denial_of_istio_comes_before_what_is_allowed() {
    targetOfRoutes("{\"name\": \"all\"}");
    awaitAllowed("admin");

    create(
        "security.istio.io/v1",
        "authorizationpolicies",
        "no-admin",
        """
        "kind": "AuthorizationPolicy", "spec": {"action": "DENY",
          "selector": {"matchLabels": {"app": "orders"}},
          "rules": [{"to": [{"operation": {"paths": ["/admin*"], "ports": ["8080"]}}]}]}
        """);
    awaitDenied("admin");
    assertThat(allowed("other")).isTrue();

    deleteNewest();
    create(
        "security.istio.io/v1",
        "authorizationpolicies",
        "no-host",
        """
        "kind": "AuthorizationPolicy", "spec": {"action": "DENY",
          "rules": [{"to": [{"operation": {"hosts": ["127.0.0.1*"]}}]}]}
        """);
    awaitDenied("other");
  }

  private void awaitAllowed(String path) {
    Await.until("/" + path + " is allowed", PATIENCE, () -> allowed(path));
  }

  private void awaitDenied(String path) {
    Await.until("/" + path + " is denied", PATIENCE, () -> !allowed(path));
  }

  private boolean allowed(String path) {
    try (var billing = Caller.freshHttp(worlds.the("billing").host(), LOCAL, ORDERS)) {
      return !billing.call(path).isEmpty();
    } catch (IOException refused) {
      return false;
    }
  }
}
