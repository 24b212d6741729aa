package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.server.admin.AdminResource;
import io.tombolo.server.admin.PolicyResource;
import io.tombolo.server.admin.Queried;
import io.tombolo.testbed.Await;
import jakarta.ws.rs.BadRequestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two sets of policies, compared by a control plane that knows some services.
@Tag("intentions")
class PolicyDiffTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String API = "consul/dc1/default/api";

  /// The policy of consul#10699: the permission says nothing of /admin, so that Consul asks the
  /// default, and the intention for everyone is never reached.
  private static final String FAIL_OPEN =
      """
      [ { "Kind": "service-intentions", "Name": "api", "Sources": [
            { "Name": "web", "Permissions": [
                { "Action": "allow", "HTTP": { "PathExact": "/a" } } ] } ] },
        { "Kind": "service-intentions", "Name": "*", "Sources": [
            { "Name": "*", "Action": "deny" } ] } ]
      """;

  private final Path files;
  private final ControlPlane controlPlane;

  PolicyDiffTest(@TempDir Path directory) throws IOException {
    files = Files.createDirectories(directory.resolve("files/consul/dc1"));
    Files.createDirectories(directory.resolve("files/kubernetes/east"));
    Files.writeString(
        files.resolve("services.json"),
        """
        { "services": [ { "name": "web", "port": 8080, "address": "10.2.0.7" },
                        { "name": "api", "port": 8080, "address": "10.2.0.8" },
                        { "name": "db", "port": 5432, "address": "10.2.0.9" } ] }
        """);
    Files.writeString(
        files.resolve("defaults.json"),
        """
        [ { "Kind": "service-defaults", "Name": "api", "Protocol": "http" },
          { "Kind": "service-defaults", "Name": "web", "Protocol": "http" } ]
        """);
    controlPlane =
        Configured.controlPlane(
            directory.resolve("state"),
            Map.of("tombolo.directory", directory.resolve("files").toString()));
  }

  @BeforeEach
  void start() throws Exception {
    controlPlane.start();
    Await.until(
        "the services are known",
        Duration.ofSeconds(20),
        () -> controlPlane.admin().loop().model().mesh().catalog().services().size() == 3);
  }

  @AfterEach
  void close() {
    controlPlane.close();
  }

  private JsonNode diff(String request) throws JsonProcessingException {
    return Queried.diff(new PolicyResource(controlPlane.admin()), request);
  }

  private static String said(String name, String text, String more) {
    return "{\"files\": {\"%s\": %s}%s}".formatted(name, JSON.valueToTree(text), more);
  }

  private static String two(String a, String b) {
    return "{\"a\": %s, \"b\": %s}".formatted(a, b);
  }

  /// The difference at a service.
  private static JsonNode at(String service, JsonNode diff) {
    return diff.path("different")
        .valueStream()
        .filter(row -> row.path("service").asText().startsWith(service))
        .findFirst()
        .orElseThrow(() -> new AssertionError(diff.toPrettyString()));
  }

  @Test
  void the_door_of_consul_10699_is_found_between_strict_and_consuls_way() throws Exception {
    var compat = ", \"mode\": \"consul-compat\", \"byDefault\": \"allow\"";
    var diff = diff(two(said("x.json", FAIL_OPEN, ""), said("x.json", FAIL_OPEN, compat)));

    var door = at(API, diff);
    assertThat(door.path("source").asText()).isEqualTo("web");
    assertThat(door.path("destination").asText()).isEqualTo("api");
    assertThat(door.path("path").asText()).startsWith("/").isNotEqualTo("/a");
    assertThat(door.path("a").path("allowed").asBoolean()).isFalse();
    assertThat(door.path("b").path("allowed").asBoolean()).isTrue();
    assertThat(door.path("b").path("why").asText()).contains("web -> api", "no permission matches");
  }

  @Test
  void the_door_of_consul_10699_is_found_between_two_documents_of_one_mode() throws Exception {
    var meant =
        FAIL_OPEN.replace(
            "{ \"PathExact\": \"/a\" } }",
            "{ \"PathExact\": \"/a\" } }, { \"Action\": \"deny\", \"HTTP\": { \"PathPrefix\": \"/\""
                + " } }");
    var compat = ", \"mode\": \"consul-compat\", \"byDefault\": \"%s\"";

    var open =
        diff(
            two(
                said("x.json", FAIL_OPEN, compat.formatted("allow")),
                said("x.json", meant, compat.formatted("allow"))));
    var closed =
        diff(
            two(
                said("x.json", FAIL_OPEN, compat.formatted("deny")),
                said("x.json", meant, compat.formatted("deny"))));

    assertThat(at(API, open).path("a").path("allowed").asBoolean()).isTrue();
    assertThat(at(API, open).path("source").asText()).isEqualTo("web");
    assertThat(closed.path("different")).isEmpty();
    assertThat(closed.path("undecided")).isEmpty();
  }

  @Test
  void what_is_in_force_equals_itself_and_the_same_in_another_dialect() throws Exception {
    var inConsul =
        """
        { "Kind": "service-intentions", "Name": "db", "Sources": [
            { "Name": "api", "Action": "allow" } ] }
        """;
    var inKubernetes =
        """
        apiVersion: mesh.tombolo.io/v1alpha1
        kind: Intention
        metadata: { name: db, namespace: shop }
        spec:
          destination: { name: db, namespace: default, world: consul }
          sources:
            - { name: SOURCE, namespace: default, world: consul, action: allow }
        """;

    assertThat(diff(two("{}", "{}")).path("different")).isEmpty();
    var same =
        diff(
            two(
                said("x.json", inConsul, ""),
                said("x.yaml", inKubernetes.replace("SOURCE", "api"), "")));
    assertThat(same.path("different")).isEmpty();
    assertThat(same.path("equal").asInt()).isGreaterThanOrEqualTo(3);
    var another =
        diff(
            two(
                said("x.json", inConsul, ""),
                said("x.yaml", inKubernetes.replace("SOURCE", "web"), "")));
    var row = at("consul/dc1/default/db", another);
    assertThat(row.path("method").isNull()).isTrue();
    assertThat(row.path("source").asText()).isIn("api", "web");
  }

  @Test
  void files_replace_everything_or_are_applied() throws Exception {
    Files.writeString(files.resolve("intentions.json"), FAIL_OPEN);
    Await.until(
        "the intentions are in force",
        Duration.ofSeconds(20),
        () -> !controlPlane.admin().loop().model().mesh().intentions().byDestination().isEmpty());
    var db =
        """
        { "Kind": "service-intentions", "Name": "db", "Sources": [
            { "Name": "api", "Action": "allow" } ] }
        """;

    var alone = diff(two("{}", said("x.json", db, "")));
    assertThat(alone.path("different")).hasSize(2);
    assertThat(at(API, alone).path("a").path("allowed").asBoolean()).isTrue();
    var applied = diff(two("{}", said("x.json", db, ", \"apply\": true")));
    assertThat(applied.path("different")).hasSize(1);
    assertThat(at("consul/dc1/default/db", applied).path("b").path("allowed").asBoolean()).isTrue();
  }

  @Test
  void the_request_that_is_found_is_decided_so_when_asked_about() throws Exception {
    Files.writeString(files.resolve("intentions.json"), FAIL_OPEN);
    Await.until(
        "the intentions are in force",
        Duration.ofSeconds(20),
        () -> !controlPlane.admin().loop().model().mesh().intentions().byDestination().isEmpty());
    var header =
        FAIL_OPEN.replace(
            "\"PathExact\": \"/a\"",
            "\"PathExact\": \"/a\", \"Header\": [ { \"Name\": \"x-env\", \"Exact\": \"a b\" } ]");

    var row = at(API, diff(two("{}", said("x.json", header, ""))));
    var asked =
        Queried.decision(
            new AdminResource(controlPlane.admin()),
            "web",
            "api",
            row.path("method").asText(),
            row.path("path").asText(),
            "");

    assertThat(row.path("a").path("allowed").asBoolean()).isTrue();
    assertThat(asked.path("allowed").asBoolean()).isTrue();
    assertThat(asked.path("text").asText()).isEqualTo(row.path("a").path("why").asText());
  }

  @Test
  void services_that_only_the_files_know_are_compared_too() throws Exception {
    var allow =
        """
        { "Kind": "service-intentions", "Name": "ledger", "Sources": [
            { "Name": "pay", "Action": "allow" } ] }
        """;
    var ledger = at("consul/dc1/default/ledger", diff(two("{}", said("x.json", allow, ""))));
    assertThat(ledger.path("service").asText()).contains("not in the catalog");
    assertThat(ledger.path("source").asText()).isEqualTo("pay");

    var namespace =
        """
        apiVersion: mesh.tombolo.io/v1alpha1
        kind: Intention
        metadata: { name: all, namespace: shop }
        spec:
          destination: { name: "*" }
          sources: [ { name: web, action: allow } ]
        """;
    var any = at("any other service", diff(two("{}", said("x.yaml", namespace, ""))));
    assertThat(any.path("service").asText()).contains("kubernetes/east/shop");
    assertThat(any.path("source").asText()).contains("web");
  }

  @Test
  void what_an_identity_serves_is_compared() throws Exception {
    var target =
        """
        apiVersion: access.smi-spec.io/v1alpha3
        kind: TrafficTarget
        metadata: { name: db, namespace: shop }
        spec:
          destination: { kind: ServiceAccount, name: db, namespace: shop }
          sources: [ { kind: ServiceAccount, name: web, namespace: shop } ]
          rules: [ { kind: HTTPRouteGroup, name: all, matches: [ get ] } ]
        ---
        apiVersion: specs.smi-spec.io/v1alpha4
        kind: HTTPRouteGroup
        metadata: { name: all, namespace: shop }
        spec: { matches: [ { name: get, pathRegex: "/a", methods: [ GET ] } ] }
        """;

    var served = at("whatever", diff(two("{}", said("x.yaml", target, ""))));
    assertThat(served.path("service").asText()).contains("/ns/shop/sa/db serves");
    assertThat(served.path("source").asText()).endsWith("/ns/shop/sa/web");
    assertThat(served.path("method").asText()).isEqualTo("GET");
    assertThat(served.path("path").asText()).isEqualTo("/a");
    assertThat(diff(two(said("x.yaml", target, ""), said("y.yaml", target, ""))).path("different"))
        .isEmpty();
  }

  @Test
  void files_that_would_not_be_in_force_are_an_error_that_says_why() {
    assertThatThrownBy(() -> diff(two("{}", said("x.json", "{ \"Kind\": ", ""))))
        .isInstanceOf(BadRequestException.class)
        .satisfies(e -> assertThat(Queried.problem(e)).contains("b: file x.json", "line 1"));
    var regex = FAIL_OPEN.replace("PathExact\": \"/a\"", "PathRegex\": \"/[0-9]+\"");
    assertThatThrownBy(() -> diff(two(said("x.json", regex, ""), "{}")))
        .satisfies(e ->
            assertThat(Queried.problem(e))
                .contains("a: ", "service-intentions api", "PathRegex", "literal"));
    assertThatThrownBy(() -> diff(two("{\"mode\": \"lax\"}", "{}")))
        .satisfies(e -> assertThat(Queried.problem(e)).contains("strict or consul-compat"));
    assertThatThrownBy(() -> diff(two("{\"byDefault\": \"allow\"}", "{}")))
        .satisfies(e -> assertThat(Queried.problem(e)).contains("denies by default"));
    assertThatThrownBy(() -> diff("{\"a\": {}}"))
        .satisfies(e -> assertThat(Queried.problem(e)).contains("a and b"));
  }

  @Test
  void a_control_plane_without_sources_compares_files(@TempDir Path directory) throws Exception {
    try (var alone = Configured.controlPlane(directory.resolve("alone"), Map.of())) {
      alone.start();
      var resource = new PolicyResource(alone.admin());
      var compat = ", \"mode\": \"consul-compat\", \"byDefault\": \"allow\"";
      var sides =
          "\"a\": %s, \"b\": %s"
              .formatted(said("x.json", FAIL_OPEN, ""), said("x.json", FAIL_OPEN, compat));

      assertThatThrownBy(() -> Queried.diff(resource, "{" + sides + "}"))
          .satisfies(
              e -> assertThat(Queried.problem(e)).contains("none is configured", "--datacenter"));
      var diff = Queried.diff(resource, "{\"datacenter\": \"dc1\", " + sides + "}");
      assertThat(at(API, diff).path("source").asText()).isEqualTo("web");
    }
  }
}
