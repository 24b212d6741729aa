package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.server.admin.AdminResource;
import io.tombolo.server.admin.ExplainResource;
import io.tombolo.server.admin.Queried;
import io.tombolo.testbed.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Calls explained by a control plane that knows some services in two networks.
@Tag("intentions")
class ExplainTest {
  private static final String ENTRIES =
      """
      [ { "Kind": "service-intentions", "Name": "api", "Sources": [
            { "Name": "web", "Permissions": [
                { "Action": "allow", "HTTP": { "PathPrefix": "/a", "Methods": ["GET"] } } ] },
            { "Name": "db", "Action": "deny" } ] } ]
      """;

  private final Path files;
  private final ControlPlane controlPlane;

  ExplainTest(@TempDir Path directory) throws IOException {
    files = Files.createDirectories(directory.resolve("files/consul/dc1"));
    Files.createDirectories(directory.resolve("files/kubernetes/east"));
    Files.writeString(
        files.resolve("services.json"),
        """
        { "services": [ { "name": "web", "port": 8080, "address": "10.2.0.7" },
                        { "name": "api", "port": 8080, "address": "10.3.0.8" },
                        { "name": "db", "port": 5432, "address": "10.2.0.9" } ] }
        """);
    Files.writeString(
        files.resolve("defaults.json"),
        """
        [ { "Kind": "service-defaults", "Name": "api", "Protocol": "http" } ]
        """);
    Files.writeString(files.resolve("intentions.json"), ENTRIES);
    controlPlane =
        Configured.controlPlane(
            directory.resolve("state"),
            Map.of(
                "tombolo.directory", directory.resolve("files").toString(),
                "tombolo.networks.vms.cidrs", "10.2.0.0/16",
                "tombolo.networks.far.cidrs", "10.3.0.0/16",
                "tombolo.networks.far.gateways", "203.0.113.10:15443"));
  }

  @BeforeEach
  void start() throws Exception {
    controlPlane.start();
    Await.until(
        "the services and their intentions are known",
        Duration.ofSeconds(20),
        () -> {
          var mesh = controlPlane.admin().loop().model().mesh();
          return mesh.catalog().services().size() == 3
              && !mesh.intentions().byDestination().isEmpty();
        });
  }

  @AfterEach
  void close() {
    controlPlane.close();
  }

  private JsonNode explained(String source, String destination, Map<String, String> more) {
    var query = new HashMap<>(Map.of("source", source, "destination", destination));
    query.putAll(more);
    return Queried.explanation(new ExplainResource(controlPlane.admin()), query);
  }

  @Test
  void a_request_that_is_denied() {
    var page = explained("web", "api", Map.of("method", "PUT", "path", "/a/1"));

    assertThat(page.path("allowed").asBoolean()).isFalse();
    assertThat(page.path("rules").findValuesAsText("outcome")).containsExactly("unmet", "decides");
    assertThat(page.path("rules").get(0).path("why").asText()).isEqualTo("method is PUT, not GET");
    assertThat(page.path("aboutOthers").asInt()).isEqualTo(1);
    assertThat(page.path("opposites").get(0).path("changes").get(0).asText())
        .isEqualTo("asked GET /a/1");
    var decision =
        Queried.decision(
            new AdminResource(controlPlane.admin()), "web", "api", "PUT", "/a/1", null);
    decision
        .properties()
        .forEach(one -> assertThat(page.path(one.getKey())).isEqualTo(one.getValue()));
    assertThat(explained("web", "api", Map.of("all", "true")).path("rules")).hasSize(3);
  }

  @Test
  void who_enforces_it_and_the_way_there() {
    var page = explained("web", "api", Map.of());

    var enforcement = page.path("enforcement");
    assertThat(enforcement.path("enforcing").asInt()).isZero();
    assertThat(enforcement.path("total").asInt()).isEqualTo(1);
    assertThat(enforcement.path("workloads").get(0).path("state").asText()).isEqualTo("none");
    var path = page.path("paths").get(0);
    assertThat(path.path("from").asText()).isEqualTo("vms");
    assertThat(path.path("to").asText()).isEqualTo("far");
    assertThat(path.path("way").asText()).isEqualTo("gateway");
    assertThat(path.path("gateways").get(0).asText()).isEqualTo("203.0.113.10:15443");
    assertThat(explained("web", "db", Map.of()).path("paths").get(0).path("way").asText())
        .isEqualTo("direct");
    assertThat(explained("api", "web", Map.of()).path("paths").get(0).path("why").asText())
        .contains("tombolo.networks.\"vms\".gateways");
  }

  @Test
  void the_entry_that_is_proposed_allows_it_once_it_is_written() throws Exception {
    var opposite = explained("web", "db", Map.of()).path("opposites").get(0);
    assertThat(opposite.path("how").asText()).isEqualTo("apply");

    Files.writeString(files.resolve("proposed.json"), opposite.path("write").asText());

    Await.until(
        "it is allowed",
        Duration.ofSeconds(20),
        () -> explained("web", "db", Map.of()).path("allowed").asBoolean());
    assertThat(explained("web", "db", Map.of()).path("rule").asText())
        .isEqualTo("consul/dc1/service-intentions/db#0");
    assertThat(explained("web", "db", Map.of()).path("opposites").get(0).path("text").asText())
        .contains("denied by default");
  }

  @Test
  void where_there_is_an_entry_it_is_to_be_added_to_that() {
    var opposite = explained("api", "api", Map.of()).path("opposites").get(0);

    assertThat(opposite.path("how").asText())
        .isEqualTo("add to Sources of consul/dc1/service-intentions/api");
    assertThat(opposite.path("write").asText()).doesNotContain("Kind").contains("\"api\"");
  }

  @Test
  void what_is_not_there_is_told_with_the_way_out() {
    assertThatThrownBy(() -> explained("web", "nobody", Map.of()))
        .satisfies(
            error -> assertThat(Queried.problem(error)).contains("\"nobody\"", "tombolo catalog"));
    assertThatThrownBy(
            () -> explained("web", "api", Map.of("method", "GET", "claims", "okta:role=admin")))
        .satisfies(error ->
            assertThat(Queried.problem(error)).contains("no rule asks for a token of \"okta\""));
  }
}
