package io.tombolo.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestbedExtension.class)
final class PartsTest {
  private static final String JSON = "application/json";

  @Test
  void the_kubernetes_api_gives_out_tokens_and_reviews_them(KubeApiserver kubernetes)
      throws IOException {
    var account = "{\"metadata\": {\"name\": \"web\"}}";
    assertThat(
            kubernetes
                .call("POST", "/api/v1/namespaces/default/serviceaccounts", JSON, account)
                .status())
        .isEqualTo(201);
    var asked =
        kubernetes.call(
            "POST",
            "/api/v1/namespaces/default/serviceaccounts/web/token",
            JSON,
            "{\"spec\": {\"audiences\": [\"tombolo\"]}}");
    assertThat(asked.status()).as(asked.body()).isEqualTo(201);
    var token = asked.body().replaceAll("(?s).*\"token\": ?\"([^\"]+)\".*", "$1");
    var review = "{\"spec\": {\"token\": \"%s\", \"audiences\": [\"tombolo\"]}}".formatted(token);
    var reviewed =
        kubernetes.call("POST", "/apis/authentication.k8s.io/v1/tokenreviews", JSON, review);
    assertThat(reviewed.body())
        .contains("\"authenticated\":true", "system:serviceaccount:default:web");
  }

  @Test
  void the_kubeconfig_names_the_api_server(KubeApiserver kubernetes) {
    assertThat(kubernetes.kubeconfig()).content().contains(kubernetes.url());
  }

  @Test
  void consul_takes_a_registration_and_a_config_entry(Consul consul) throws IOException {
    var web = "{\"Name\": \"web\", \"Port\": 8080, \"Address\": \"10.20.0.9\"}";
    assertThat(consul.call("PUT", "/v1/agent/service/register", web).status()).isEqualTo(200);
    var intention =
        """
        {"Kind": "service-intentions", "Name": "web",
         "Sources": [{"Name": "*", "Action": "deny"}]}
        """;
    assertThat(consul.call("PUT", "/v1/config", intention).body()).contains("true");
    Await.until(
        "the catalog has web",
        Duration.ofSeconds(10),
        () -> consul.call("GET", "/v1/catalog/service/web", "").body().contains("10.20.0.9"));
  }

  @Test
  void consul_with_acls_denies_who_has_no_token() throws IOException {
    try (var consul = Consul.server("dc2", new Loopback()).withAcls().start()) {
      assertThat(HttpCall.get(consul.url() + "/v1/agent/self").send().status()).isEqualTo(403);
      assertThat(consul.call("GET", "/v1/agent/self", "").status()).isEqualTo(200);
    }
  }

  @Test
  void consul_keeps_its_data_over_a_restart() throws IOException {
    try (var consul = Consul.server("dc3", new Loopback()).start()) {
      consul.call("PUT", "/v1/kv/remember", "me");
      consul.daemon().kill();
      assertThatThrownBy(() -> consul.call("GET", "/v1/kv/remember?raw", ""))
          .isInstanceOf(IOException.class);
      consul.daemon().restart();
      consul.awaitReady();
      assertThat(consul.call("GET", "/v1/kv/remember?raw", "").body()).isEqualTo("me");
    }
  }

  @Test
  void envoy_answers_on_its_admin_port() throws IOException {
    var place = new Loopback();
    int port = place.freePort();
    var bootstrap =
        "admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}".formatted(port);
    try (var envoy = Envoy.start("envoy-test", place, bootstrap, "http://127.0.0.1:" + port)) {
      envoy.awaitReady();
      assertThat(envoy.stat("server.live")).isEqualTo(1);
    }
  }

  @Test
  void a_part_that_ends_at_its_start_is_named_with_the_end_of_its_log() {
    assertThatThrownBy(() ->
            Envoy.start("envoy-broken", new Loopback(), "no: bootstrap", "http://127.0.0.1:1"))
        .hasMessageContaining("envoy-broken ended with exit code 1")
        // Envoy's parser varies the spaces of its messages.
        .hasMessageMatching("(?s).*no +such +field.*");
  }

  @Test
  void a_missing_part_is_named_with_the_way_to_get_it() {
    assertThatThrownBy(() -> new Parts(Path.of("/nowhere")).binary("etcd"))
        .hasMessage("etcd is not installed in /nowhere: run src/testbed/install");
  }
}
