package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Caller;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Services take the steps to intentions that are enforced one by one, and back.
@Tag("intentions")
@ExtendWith(TwoWorldsExtension.class)
class AdoptionIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String LOCAL = "127.0.0.1";
  private static final String OF_ORDERS = "kubernetes/cluster-1/shop/orders";

  private final TwoWorlds worlds;

  AdoptionIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  private void register(String service, int port, String enforcement) {
    var host = worlds.the(service).host();
    worlds
        .consul()
        .put(
            "/v1/catalog/register",
            """
            {"Node": "node-%s-1", "Address": "%s", "Service":
              {"Service": "%s", "ID": "%s-1", "Address": "%s", "Port": %d,
               "Meta": {"tombolo-enforcement": "%s"}}}
            """
                .formatted(
                    service, host.address(), service, service, host.address(), port, enforcement));
    awaitEnforcement("consul/dc1/default/" + service, enforcement);
  }

  private JsonNode service(String id) {
    return TwoWorlds.list(worlds.controlPlane().get("catalog").path("services"))
        .filter(service -> service.path("id").asText().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private void awaitEnforcement(String service, String enforcement) {
    Await.until(
        service + " is at " + enforcement,
        PATIENCE,
        () -> service(service).path("enforcement").asText().equals(enforcement));
    worlds.awaitAllApplied();
  }

  private static boolean passes(Caller caller) {
    try {
      return !caller.call("hello").isEmpty();
    } catch (Exception refused) {
      return false;
    }
  }

  private void await(Caller caller, boolean passing) {
    Await.until("a call passes: " + passing, PATIENCE, () -> passes(caller) == passing);
  }

  @Test
  void a_service_of_consul_is_audited_then_enforced_and_back() {
    var orders = worlds.the("orders").host();
    var billing = worlds.the("billing");
    try (var http = Caller.http(orders, LOCAL, TwoWorlds.HTTP)) {
      await(http, false);

      register("billing", 8080, "audit");
      await(http, true);
      billing.awaitStat("http.inbound.rbac.shadow_denied", 1);
      awaitLogged(billing, "\"audit\":\"denied\"");
      assertThat(billing.stat("http.inbound.rbac.lists.shadow_denied")).isZero();
      assertThat(decided("orders.shop", "billing"))
          .contains("allowed")
          .contains("audit")
          .contains("no intention matches");
      assertThat(worlds.controlPlane().tombolo("explain", "orders.shop", "billing", "GET", "/x"))
          .contains(
              "Once enforced, it would be allowed with an intention orders-shop -> billing allow")
          .contains("\"Name\" : \"orders-shop\"")
          .contains("Enforced at 1 of 1 workloads")
          .containsPattern(
              "From network pods .* to vms .*: through gateways .*; connected: gateway/vms");

      register("billing", 8080, "enforce");
      await(http, false);

      register("billing", 8080, "permissive");
      await(http, true);
      long counted = billing.stat("http.inbound.rbac.shadow_denied");
      assertThat(passes(http)).isTrue();
      assertThat(billing.stat("http.inbound.rbac.shadow_denied")).isEqualTo(counted);

      register("billing", 8080, "enforce");
      await(http, false);
    }
  }

  @Test
  void connections_are_audited_too() {
    var orders = worlds.the("orders").host();
    var vault = worlds.the("vault");

    register("vault", 8082, "audit");

    try (var tcp = Caller.tcp(orders, LOCAL, TwoWorlds.TCP)) {
      await(tcp, true);
    }
    vault.awaitStat("tombolo.rbac.shadow_denied", 1);
    awaitLogged(vault, "\"audit\":\"denied\"");
    register("vault", 8082, "enforce");
    try (var tcp = Caller.tcp(orders, LOCAL, TwoWorlds.TCP)) {
      await(tcp, false);
    }
  }

  @Test
  void a_namespace_speaks_for_its_services_unless_they_do() {
    var billing = worlds.the("billing").host();
    try (var http = Caller.freshHttp(billing, LOCAL, 9004)) {
      await(http, false);

      annotate("/api/v1/namespaces/shop", "audit");
      awaitEnforcement(OF_ORDERS, "audit");
      await(http, true);

      annotate(Kubernetes.core("services") + "/orders", "enforce");
      awaitEnforcement(OF_ORDERS, "enforce");
      await(http, false);
      assertThat(worlds.controlPlane().tombolo("catalog"))
          .containsPattern("kubernetes/cluster-1/shop/web +audit +audit");

      annotate("/api/v1/namespaces/shop", "enforce");
      awaitEnforcement("kubernetes/cluster-1/shop/web", "enforce");
      assertThat(worlds.controlPlane().tombolo("catalog"))
          .doesNotContainPattern("kubernetes/cluster-1/shop/[a-z]+ +audit");
    }
  }

  private void annotate(String path, String enforcement) {
    worlds
        .kubernetes()
        .change(
            path,
            object ->
                ((ObjectNode) object.path("metadata"))
                    .withObject("/annotations")
                    .put("mesh.tombolo.io/enforcement", enforcement));
  }

  private static void awaitLogged(Workload workload, String text) {
    Await.until(text + " is logged", PATIENCE, () -> workload.proxyLog().contains(text));
  }

  private String decided(String source, String destination) {
    return worlds.controlPlane().tombolo("decide", source, destination);
  }
}
