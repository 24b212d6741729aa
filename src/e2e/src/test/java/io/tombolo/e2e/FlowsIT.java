package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Caller;
import io.tombolo.testbed.HttpCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Calls are seen, a change is tried out on them, and what is learned from them replaces all
/// intentions that there were.
@Tag("intentions")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlowsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String LOCAL = "127.0.0.1";
  private static final String WEB = "spiffe://tombolo.local/ns/shop/sa/web";
  private static final String ORDERS = "spiffe://tombolo.local/ns/shop/sa/orders";
  private static final String OF_BILLING = "spiffe://tombolo.local/ns/default/dc/dc1/svc/billing";
  private static final String BILLING = "consul/dc1/default/billing";
  private static final String VAULT = "consul/dc1/default/vault";

  private TwoWorlds worlds;

  @BeforeAll
  void open() throws Exception {
    worlds =
        new TwoWorlds(Map.of("tombolo.flows.enabled", "true", "tombolo.flows.headers", "x-tenant"));
  }

  @AfterAll
  void close() {
    worlds.close();
  }

  /// A caller, on a connection of its own for each call.
  private record Way(String from, int port) {}

  private static final List<Way> ALLOWED =
      List.of(
          new Way("web", TwoWorlds.HTTP),
          new Way("web", TwoWorlds.GRPC),
          new Way("web", TwoWorlds.TCP),
          new Way("billing", TwoWorlds.HTTP));
  private static final List<Way> DENIED =
      List.of(
          new Way("orders", TwoWorlds.HTTP),
          new Way("orders", TwoWorlds.GRPC),
          new Way("orders", TwoWorlds.TCP),
          new Way("billing", 9004));

  private boolean passes(Way way) {
    var host = worlds.the(way.from()).host();
    try (var caller =
        switch (way.port()) {
          case TwoWorlds.GRPC -> Caller.grpc(host, LOCAL, way.port());
          case TwoWorlds.TCP -> Caller.tcp(host, LOCAL, way.port());
          default -> Caller.freshHttp(host, LOCAL, way.port());
        }) {
      return !caller.call("hello").isEmpty();
    } catch (Exception refused) {
      return false;
    }
  }

  private void await(List<Way> ways, boolean passing) {
    for (var way : ways) {
      Await.until(way + " passes: " + passing, PATIENCE, () -> passes(way) == passing);
    }
  }

  private Stream<JsonNode> flows(String caller, String service, boolean allowed) {
    return TwoWorlds.list(worlds.controlPlane().get("flows").path("flows"))
        .filter(flow -> flow.path("caller").asText().equals(caller))
        .filter(flow -> flow.path("service").asText().equals(service))
        .filter(flow -> flow.path("allowed").asBoolean() == allowed);
  }

  private void awaitSeen(String caller, String service, boolean allowed) {
    Await.until(
        "%s -> %s is seen, allowed: %s".formatted(caller, service, allowed),
        PATIENCE,
        () -> flows(caller, service, allowed).findAny().isPresent());
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(worlds.directory().resolve(name), text);
  }

  private String simulated(Path file, String... options) {
    var arguments =
        Stream.concat(Stream.of("intentions", "simulate", file.toString()), Stream.of(options));
    return worlds.controlPlane().tombolo(arguments.toArray(String[]::new));
  }

  @Test
  void calls_are_seen_tried_out_on_and_learned_from() throws Exception {
    await(ALLOWED, true);
    await(DENIED, false);
    worlds
        .the("web")
        .host()
        .http(
            HttpCall.get("http://127.0.0.1:9001/pay/now?card=4111")
                .with("x-tenant", "one")
                .with("x-session-token", "secret"));
    for (var service : List.of(BILLING, "consul/dc1/default/ledger", VAULT)) {
      awaitSeen(WEB, service, true);
      awaitSeen(ORDERS, service, false);
    }
    awaitSeen(OF_BILLING, "kubernetes/cluster-1/shop/web", true);
    awaitSeen(OF_BILLING, "kubernetes/cluster-1/shop/orders", false);
    whatIsKeptOfARequest();
    aChangeTellsWhatWouldFlip();

    var learned = worlds.controlPlane().get("intentions/learned?as=yaml");
    assertThat(learned.path("left")).isEmpty();
    assertThat(simulated(file("learned.yaml", learned.path("text").asText()))).startsWith("0 of ");
    replaceAllBy(learned.path("text").asText());
    await(ALLOWED, true);
    await(DENIED, false);
  }

  private void whatIsKeptOfARequest() {
    Await.until(
        "the payment is seen",
        PATIENCE,
        () ->
            flows(WEB, BILLING, true)
                .anyMatch(flow ->
                    flow.path("path").asText().equals("/pay/now")
                        && flow.path("method").asText().equals("GET")
                        && flow.path("headers").toString().equals("{\"x-tenant\":\"one\"}")));
    assertThat(worlds.controlPlane().get("flows").toString()).doesNotContain("4111", "secret");
  }

  private void aChangeTellsWhatWouldFlip() throws IOException {
    var change =
        file(
            "change.json",
            """
            {"Kind": "service-intentions", "Name": "billing",
             "Sources": [{"Name": "orders-shop", "Action": "allow"}]}
            """);

    var simulated = simulated(change, "--apply");

    assertThat(simulated)
        .containsPattern(
            WEB + " +" + BILLING + ":8080 +GET /pay/now x-tenant=one +allowed +allowed +denied")
        .containsPattern(ORDERS + " +" + BILLING + ":8080 .* denied +denied +allowed +")
        .doesNotContain(VAULT);
  }

  private void replaceAllBy(String yaml) throws IOException {
    List.of("billing", "ledger", "vault").forEach(worlds.consul()::deleteIntention);
    worlds.kubernetes().deleteIntention("web");
    await(ALLOWED, false);
    for (var object : yaml.split("(?m)^---$", -1)) {
      if (!object.isBlank()) {
        var namespace = object.contains("learned-consul-") ? "default" : "shop";
        var reply =
            worlds
                .kubernetes()
                .api()
                .call(
                    "POST",
                    "/apis/mesh.tombolo.io/v1/namespaces/%s/intentions".formatted(namespace),
                    "application/yaml",
                    object);
        assertThat(reply.ok()).as(reply.toString()).isTrue();
      }
    }
  }
}
