package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.mesh.scope.Upstream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AgentMainTest {
  private static final String[] JOIN = {
    "--control-plane", "127.0.0.1:15012",
    "--bundle", "/etc/tombolo/bundle.pem",
    "--trust-domain", "mesh.test",
    "--node", "consul/dc1/default/web-1",
    "--socket", "/run/tombolo/sds.sock",
    "--join-token-file", "/etc/tombolo/token"
  };

  private static String[] join(String... more) {
    return Stream.concat(Arrays.stream(JOIN), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void arguments_become_options() {
    var options =
        AgentMain.parse(
            join(
                "--envoy",
                "--network",
                "vms",
                "--zone",
                "z1",
                "--admin",
                "127.0.0.1:9901",
                "--upstream",
                "shop/cart:8080=127.0.0.1:9001",
                "--upstream",
                "api=127.0.0.1:9002"));

    assertThat(options.agent().controlPlane()).hasToString("127.0.0.1:15012");
    assertThat(options.agent().attestation())
        .isEqualTo(new Attestation.JoinToken(Path.of("/etc/tombolo/token")));
    var envoy = options.envoy().orElseThrow();
    assertThat(envoy.node().cluster()).isEqualTo("web-1");
    assertThat(envoy.node().upstreams())
        .containsExactly(
            new Upstream("shop/cart", 8080, "127.0.0.1", 9001),
            new Upstream("api", 0, "127.0.0.1", 9002));
    assertThat(envoy.ads()).isEqualTo(EnvoyBootstrap.Ads.DELTA);
  }

  @Test
  void what_is_missing_or_unknown_is_named() {
    assertThatThrownBy(() -> AgentMain.parse(new String[0]))
        .hasMessageContaining("--control-plane is missing");
    assertThatThrownBy(() -> AgentMain.parse(join("--kubernetes-token-file", "x")))
        .hasMessageContaining("give one of");
    assertThatThrownBy(() -> AgentMain.parse(join("--colour", "red")))
        .hasMessageContaining("unknown argument \"--colour\"");
    assertThatThrownBy(
            () -> AgentMain.parse(join("--envoy", "--network", "vms", "--admin", "0.0.0.0:1")))
        .hasMessageContaining("loopback");
  }

  @Test
  void an_acl_token_of_consul_is_a_proof() {
    var arguments = join("--datacenter", "dc1", "--consul-service", "billing");
    arguments[List.of(arguments).indexOf("--join-token-file")] = "--consul-token-file";

    assertThat(AgentMain.parse(arguments).agent().attestation())
        .isEqualTo(new Attestation.AclToken("dc1", "billing", Path.of("/etc/tombolo/token")));
    assertThatThrownBy(() -> AgentMain.parse(join("--consul-token-file", "x", "--datacenter", "y")))
        .hasMessageContaining("give one of");
  }

  @Test
  void bad_use_ends_with_code_2() throws Exception {
    assertThat(AgentMain.run(new String[] {"--nothing"}, Map.of())).isEqualTo(2);
  }
}
