package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.agent.AgentMain;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Caller;
import io.tombolo.testbed.Daemon;
import io.tombolo.testbed.EchoServer;
import io.tombolo.testbed.Envoy;
import io.tombolo.testbed.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("spine")
@ExtendWith(TwoWorldsExtension.class)
class ImpostorIT {
  private static final String VAULT = "vault.default.dc1.internal.tombolo.local";

  private final TwoWorlds worlds;

  ImpostorIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  /// A VM with a certificate of its own, rightly issued, gets itself registered as an instance of
  /// somebody else's service.
  @Test
  void a_server_with_a_valid_but_wrong_certificate_is_refused_by_the_client() throws Exception {
    var host = worlds.topology().host("mallory", Network.VMS);
    var files = Files.createDirectories(worlds.directory().resolve("mallory"));
    worlds.consul().vm("mallory", host, 8080);
    worlds.awaitService("consul/dc1/default/mallory");
    try (var agent = agent(files);
        var echo =
            EchoServer.start(
                "mallory", host, new EchoServer.Listen("127.0.0.1", 8080, 8081, 8082));
        var envoy =
            Envoy.start(
                "envoy-mallory", host, bootstrap(files), "http://" + Workload.ENVOY_ADMIN)) {
      envoy.awaitReady();
      worlds.consul().intention("decoy", "web-shop", "allow");
      worlds.consul().instance("vault", "vault-2", host.address(), 8082, "passing");
      worlds
          .consul()
          .instance("vault", "vault-1", worlds.the("vault").host().address(), 8082, "critical");
      var gateway = worlds.the("gw-vms");
      Await.until(
          "the gateway leads to the impostor alone",
          Duration.ofSeconds(15),
          () ->
              gateway.envoy("/clusters").contains(VAULT + "::" + host.address())
                  && !gateway
                      .envoy("/clusters")
                      .contains(VAULT + "::" + worlds.the("vault").host().address()));

      try (var caller = Caller.tcp(worlds.the("web").host(), "127.0.0.1", TwoWorlds.TCP)) {
        assertThatThrownBy(() -> caller.call("secret")).isInstanceOf(IOException.class);
      }
      Await.until(
          "the client's proxy counts the certificate as wrong",
          Duration.ofSeconds(15),
          () -> worlds.the("web").stat("cluster." + VAULT + ".ssl.fail_verify_san") > 0);
      assertThat(echo).isNotNull();
      assertThat(agent.isAlive()).isTrue();
    } finally {
      worlds
          .consul()
          .instance("vault", "vault-1", worlds.the("vault").host().address(), 8082, "passing");
      worlds.consul().put("/v1/catalog/deregister", "{\"Node\": \"node-vault-2\"}");
      worlds.consul().put("/v1/catalog/deregister", "{\"Node\": \"node-mallory-1\"}");
      worlds.consul().deleteIntention("decoy");
    }
  }

  private Daemon agent(Path files) throws IOException {
    var token = worlds.controlPlane().token("service", "consul/dc1/default/mallory");
    var host = worlds.topology().host("mallory");
    return Daemon.java(
            "agent-mallory",
            host,
            AgentMain.class,
            "--control-plane",
            worlds.topology().infra().address(Network.VMS) + ":" + ControlPlane.XDS_PORT,
            "--bundle",
            worlds.controlPlane().bundle().toString(),
            "--trust-domain",
            TwoWorlds.TRUST_DOMAIN,
            "--node",
            "consul/dc1/default/mallory-1",
            "--socket",
            files.resolve("run/agent.sock").toString(),
            "--join-token-file",
            Files.writeString(files.resolve("token"), token).toString())
        .start();
  }

  private static String bootstrap(Path files) {
    return """
    {"node": {"id": "mallory", "cluster": "mallory"},
     "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 15000}}},
     "static_resources": {
      "clusters": [
       {"name": "sds-agent", "type": "STATIC",
        "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions":
         {"@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
          "explicit_http_config": {"http2_protocol_options": {}}}},
        "load_assignment": {"cluster_name": "sds-agent", "endpoints": [{"lb_endpoints": [
         {"endpoint": {"address": {"pipe": {"path": "%s"}}}}]}]}},
       {"name": "app", "type": "STATIC",
        "load_assignment": {"cluster_name": "app", "endpoints": [{"lb_endpoints": [
         {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 8082}}}}]}]}}],
      "listeners": [{"name": "in",
       "address": {"socket_address": {"address": "0.0.0.0", "port_value": 15006}},
       "filter_chains": [{
        "filters": [{"name": "envoy.filters.network.tcp_proxy", "typed_config": {
         "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
         "stat_prefix": "in", "cluster": "app"}}],
        "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": {
         "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
         "common_tls_context": {"tls_certificate_sds_secret_configs": [{"name": "default",
          "sds_config": {"resource_api_version": "V3", "api_config_source": {"api_type": "GRPC",
           "transport_api_version": "V3",
           "grpc_services": [{"envoy_grpc": {"cluster_name": "sds-agent"}}]}}}]}}}}]}]}}
    """
        .formatted(files.resolve("run/agent.sock"));
  }
}
