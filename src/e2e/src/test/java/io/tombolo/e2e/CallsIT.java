package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.testbed.Await;
import io.tombolo.testbed.Caller;
import io.tombolo.testbed.Capture;
import io.tombolo.testbed.Network;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("spine")
@ExtendWith(TwoWorldsExtension.class)
class CallsIT {
  private static final String LOCAL = "127.0.0.1";
  private static final String MARKER = "marker-that-only-plaintext-shows";

  private final TwoWorlds worlds;

  CallsIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  @Test
  void a_pod_calls_a_vm_over_http_and_the_vm_sees_who_calls() throws Exception {
    try (var caller = Caller.http(worlds.the("web").host(), LOCAL, TwoWorlds.HTTP)) {
      assertThat(answered(caller))
          .contains("\"server\": \"billing\"")
          .contains("URI=spiffe://tombolo.local/ns/shop/sa/web");
    }
  }

  @Test
  void a_pod_calls_a_vm_over_grpc_and_the_vm_sees_who_calls() throws Exception {
    try (var caller = Caller.grpc(worlds.the("web").host(), LOCAL, TwoWorlds.GRPC)) {
      assertThat(answered(caller))
          .contains("\"server\": \"ledger\"")
          .contains("URI=spiffe://tombolo.local/ns/shop/sa/web");
    }
  }

  @Test
  void a_pod_calls_a_vm_over_tcp_and_the_vms_proxy_logs_who_calls() throws Exception {
    try (var caller = Caller.tcp(worlds.the("web").host(), LOCAL, TwoWorlds.TCP)) {
      assertThat(answered(caller)).contains("vault");
    }
    awaitLogged("vault", "spiffe://tombolo.local/ns/shop/sa/web");
  }

  @Test
  void a_vm_calls_a_pod_over_http_and_the_pod_sees_who_calls() throws Exception {
    try (var caller = Caller.http(worlds.the("billing").host(), LOCAL, TwoWorlds.HTTP)) {
      assertThat(answered(caller))
          .contains("\"server\": \"web\"")
          .contains("URI=spiffe://tombolo.local/ns/default/dc/dc1/svc/billing");
    }
  }

  @Test
  void a_vm_calls_a_pod_over_grpc_and_the_pod_sees_who_calls() throws Exception {
    try (var caller = Caller.grpc(worlds.the("billing").host(), LOCAL, TwoWorlds.GRPC)) {
      assertThat(answered(caller))
          .contains("\"server\": \"web\"")
          .contains("URI=spiffe://tombolo.local/ns/default/dc/dc1/svc/billing");
    }
  }

  @Test
  void a_vm_calls_a_pod_over_tcp_and_the_pods_proxy_logs_who_calls() throws Exception {
    try (var caller = Caller.tcp(worlds.the("billing").host(), LOCAL, TwoWorlds.TCP)) {
      assertThat(answered(caller)).contains("web");
    }
    awaitLogged("web", "spiffe://tombolo.local/ns/default/dc/dc1/svc/billing");
  }

  @Test
  void nothing_crosses_but_through_the_gateways_and_they_see_only_tls() throws Exception {
    var gateway = worlds.the("gw-vms");
    try (var capture = worlds.topology().capture(gateway.host()).lookingFor(MARKER);
        var caller = Caller.freshHttp(worlds.the("web").host(), LOCAL, TwoWorlds.HTTP);
        var tcp = Caller.tcp(worlds.the("web").host(), LOCAL, TwoWorlds.TCP)) {
      assertThat(caller.call(MARKER)).contains("billing");
      assertThat(tcp.call(MARKER)).contains(MARKER);
      var streams = capture.streams();
      assertThat(streams).isNotEmpty().noneMatch(Capture.Stream::marked);
      assertThat(streams).filteredOn(Capture.Stream::complete).isNotEmpty();
      assertThat(streams)
          .filteredOn(Capture.Stream::complete)
          .allMatch(Capture.Stream::startsWithTls);
    }
    assertThat(gateway.stat("tls_inspector.tls_found")).isPositive();
    assertThat(worlds.topology().crossed()).isZero();
  }

  @Test
  void the_networks_have_no_way_to_each_other_but_the_gateways() {
    var web = worlds.the("web").host();
    var billing = worlds.the("billing").host();

    assertThat(web.reaches(billing.address(), 15006)).isFalse();
    assertThat(billing.reaches(web.address(), 15006)).isFalse();
    assertThat(web.reaches(worlds.the("gw-vms").host().address(Network.PODS), 15443)).isTrue();
  }

  @Test
  void a_caller_that_no_intention_allows_is_refused_by_the_far_side() throws Exception {
    try (var caller = Caller.http(worlds.the("orders").host(), LOCAL, TwoWorlds.HTTP)) {
      assertThatThrownBy(() -> caller.call("hello")).isInstanceOf(IOException.class);
    }
    awaitLogged("billing", "spiffe://tombolo.local/ns/shop/sa/orders");
    assertThat(worlds.the("billing").envoy("/stats?filter=rbac.denied")).doesNotEndWith(": 0\n");
    var decision =
        worlds
            .controlPlane()
            .get("decision?source=spiffe://tombolo.local/ns/shop/sa/orders&destination=billing");
    assertThat(decision.path("allowed").asBoolean()).isFalse();
    assertThat(decision.path("text").asText()).contains("denied by default");
  }

  @Test
  void a_name_that_is_not_exported_is_reset_by_the_gateway() throws Exception {
    var gateway = worlds.the("gw-vms").host().address(Network.PODS);
    var result =
        worlds
            .the("web")
            .host()
            .run(
                "timeout",
                "10",
                "openssl",
                "s_client",
                "-connect",
                gateway + ":15443",
                "-servername",
                "nosuch.default.dc1.internal.tombolo.local");
    assertThat(result.output()).doesNotContain("BEGIN CERTIFICATE");
    assertThat(result.ok()).isFalse();
  }

  /// The answer, once the proxies have connected; the first calls may come before.
  private static String answered(Caller caller) {
    var answer = new String[] {""};
    Await.until(
        "an answer",
        Duration.ofSeconds(15),
        () -> {
          answer[0] = caller.call("hello");
          return true;
        });
    return answer[0];
  }

  private void awaitLogged(String workload, String text) {
    Await.until(
        workload + "'s proxy logs " + text,
        Duration.ofSeconds(15),
        () -> worlds.the(workload).proxyLog().contains(text));
  }
}
