package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.testbed.Caller;
import io.tombolo.testbed.EchoServer;
import io.tombolo.testbed.Host;
import io.tombolo.testbed.Network;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// A proxy is told of what everyone may call when its application first calls it, and that call
/// succeeds.
@Tag("push")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(TwoWorldsExtension.class)
class OnDemandIT {
  private static final String NAME = "walker";

  private final TwoWorlds worlds;
  private Host host;
  private Workload walker;
  private EchoServer application;
  private String web;

  OnDemandIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  /// A pod that declares no upstreams and whose calls are redirected to its proxy.
  @BeforeAll
  void populate() throws Exception {
    var kubernetes = worlds.kubernetes();
    host = worlds.topology().host(NAME, Network.PODS);
    application =
        EchoServer.start(NAME, host, new EchoServer.Listen(host.address(), 8080, 8081, 8082));
    kubernetes.pod(NAME, host, TwoWorlds.PORTS);
    kubernetes.intention(
        "for-all",
        """
        {"destination": {"name": "*", "namespace": "*"},
         "sources": [{"name": "*", "namespace": "*", "action": "allow"}]}
        """);
    web =
        kubernetes
            .send("GET", Kubernetes.core("services") + "/web", "", "")
            .path("spec")
            .path("clusterIP")
            .asText();
    host.redirect(web.replaceFirst("[.][0-9]+[.][0-9]+$", ".0.0/16"), 15001);
    var node = "kubernetes/%s/%s/%s-1".formatted(TwoWorlds.CLUSTER, Kubernetes.NAMESPACE, NAME);
    walker =
        worlds.start(
            worlds
                .plan(NAME, host, node, Network.PODS)
                .attesting(TwoWorlds.CLUSTER, kubernetes.token(NAME, "tombolo"))
                .plan());
    walker.awaitReady();
    worlds.awaitAllApplied();
  }

  @AfterAll
  void depopulate() throws Exception {
    var kubernetes = worlds.kubernetes();
    if (kubernetes.has(Kubernetes.intentions() + "/for-all")) {
      kubernetes.deleteIntention("for-all");
    }
    worlds.end(walker);
    application.close();
    kubernetes.delete(Kubernetes.slices() + "/" + NAME);
    kubernetes.delete(Kubernetes.core("services") + "/" + NAME);
    kubernetes.delete(Kubernetes.core("pods") + "/" + NAME + "-1");
    worlds.controlPlane().awaitForgotten("kubernetes-cluster-1", NAME);
    worlds.awaitAllApplied();
  }

  @Test
  void the_first_call_to_what_everyone_may_call_succeeds_and_nothing_else_is_told()
      throws Exception {
    assertThat(clusters()).noneMatch(name -> name.contains(".web.shop."));

    try (var http = Caller.http(host, web, 8080);
        var grpc = Caller.grpc(host, web, 8081);
        var tcp = Caller.tcp(host, web, 8082)) {
      assertThat(http.call("one")).contains("web");
      assertThat(grpc.call("two")).contains("web");
      assertThat(tcp.call("three")).contains("three");
      assertThat(http.connections()).isOne();
    }
    worlds.awaitAllApplied();
    assertThat(clusters())
        .anyMatch(name -> name.startsWith("8080.web.shop."))
        .noneMatch(name -> name.contains(".orders.shop."));
    assertThat(walker.envoy("/listeners")).contains("capture:" + web + ":8080");
    try (var again = Caller.http(host, web, 8080)) {
      assertThat(again.call("again")).contains("web");
    }
    assertThat(walker.stat("listener_manager.lds.update_rejected")).isZero();
    assertThat(walker.stat("cluster_manager.cds.update_rejected")).isZero();
  }

  @Test
  void an_address_of_nobody_is_refused_at_once() {
    var nobody = web.substring(0, web.lastIndexOf('.')) + ".255";
    try (var caller = Caller.tcp(host, nobody, 8080)) {
      assertThatThrownBy(() -> caller.call("hello")).isInstanceOf(IOException.class);
    }
  }

  private List<String> clusters() {
    return walker
        .envoy("/clusters")
        .lines()
        .map(line -> line.substring(0, line.indexOf("::")))
        .distinct()
        .toList();
  }
}
