package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.testbed.Await;
import io.tombolo.testbed.Caller;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Routes of the Gateway API hold for callers of the other world.
@Tag("push")
@ExtendWith(TwoWorldsExtension.class)
class RoutesIT {
  private static final String ROUTE = Kubernetes.routes() + "/web";
  private static final String LOCAL = "127.0.0.1";
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final TwoWorlds worlds;

  RoutesIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  @AfterEach
  void withoutRoutes() {
    if (worlds.kubernetes().has(ROUTE)) {
      worlds.kubernetes().delete(ROUTE);
      worlds.awaitAllApplied();
    }
  }

  private Caller billing() {
    return Caller.http(worlds.the("billing").host(), LOCAL, TwoWorlds.HTTP);
  }

  @Test
  void requests_of_a_vm_go_where_a_route_of_kubernetes_sends_them_and_back() throws Exception {
    var kubernetes = worlds.kubernetes();
    kubernetes.service("next", TwoWorlds.PORTS);
    var pod =
        kubernetes.send("GET", Kubernetes.slices() + "/orders", "", "").path("endpoints").path(0);
    var row =
        new Kubernetes.Row(
            "orders",
            pod.path("addresses").path(0).asText(),
            pod.path("targetRef").path("uid").asText(),
            true,
            false);
    kubernetes.create(Kubernetes.slices(), Kubernetes.slice("next", TwoWorlds.PORTS, List.of(row)));
    kubernetes.intention(
        "next",
        """
        {"destination": {"name": "next"},
         "sources": [{"world": "consul", "name": "billing", "action": "allow"}]}
        """);
    var next = "kubernetes/%s/%s/next".formatted(TwoWorlds.CLUSTER, Kubernetes.NAMESPACE);
    worlds.awaitService(next);
    Await.until(
        "billing may call it",
        PATIENCE,
        () ->
            worlds
                .controlPlane()
                .get("decision?source=billing&destination=" + next)
                .path("allowed")
                .asBoolean());
    worlds.awaitAllApplied();
    try (var caller = billing()) {
      assertThat(caller.call("before")).contains("web");

      kubernetes.route(
          "web", "web", 8080, "[{\"backendRefs\": [{\"name\": \"next\", \"port\": 8080}]}]");
      Await.until("the other answers", PATIENCE, () -> caller.call("routed").contains("orders"));
      assertThat(caller.connections()).as("connections of the caller").isOne();
      awaitConditions(List.of("Accepted True", "ResolvedRefs True"));

      kubernetes.delete(ROUTE);
      Await.until("it answers itself", PATIENCE, () -> caller.call("back").contains("web"));
    } finally {
      kubernetes.deleteIntention("next");
      kubernetes.delete(Kubernetes.slices() + "/next");
      kubernetes.delete(Kubernetes.core("services") + "/next");
    }
  }

  @Test
  void a_backend_that_is_not_there_is_answered_for_and_named_in_the_status() throws Exception {
    worlds
        .kubernetes()
        .route("web", "web", 8080, "[{\"backendRefs\": [{\"name\": \"nobody\", \"port\": 8080}]}]");

    awaitConditions(List.of("Accepted True", "ResolvedRefs False"));
    worlds.awaitAllApplied();
    try (var caller = billing()) {
      assertThatThrownBy(() -> caller.call("hello"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("500");
    }
  }

  @Test
  void a_route_that_cannot_be_followed_is_rejected_and_changes_nothing() throws Exception {
    worlds
        .kubernetes()
        .route(
            "web",
            "web",
            8080,
            """
            [{"matches": [{"path": {"type": "RegularExpression", "value": "/.*"}}],
              "backendRefs": [{"name": "web", "port": 8080}]}]
            """);

    awaitConditions(List.of("Accepted False", "ResolvedRefs True"));
    worlds.awaitAllApplied();
    try (var caller = billing()) {
      assertThat(caller.call("hello")).contains("web");
    }
  }

  private void awaitConditions(List<String> expected) {
    Await.until(
        "the status of the route",
        PATIENCE,
        () -> {
          var route = worlds.kubernetes().send("GET", ROUTE, "", "");
          var conditions = route.path("status").path("parents").path(0).path("conditions");
          return TwoWorlds.list(conditions)
              .map(c -> c.path("type").asText() + " " + c.path("status").asText())
              .toList()
              .equals(expected);
        });
  }
}
