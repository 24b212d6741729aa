package io.tombolo.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Daemon;
import io.tombolo.testbed.Host;
import io.tombolo.testbed.HttpCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The control plane as it is shipped, in a process of its own on the infrastructure's host.
final class ControlPlane implements AutoCloseable {
  static final int XDS_PORT = 15012;
  static final int BENCH_PORT = 15010;
  private static final Path JAR = Path.of("../server/target/quarkus-app/quarkus-run.jar");
  private static final String ADMIN = "http://127.0.0.1:15014";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Host host;
  private final Path state;
  private final Daemon daemon;

  private ControlPlane(Host host, Path state, Daemon daemon) {
    this.host = host;
    this.state = state;
    this.daemon = daemon;
  }

  /// @param configuration keys of Tombolo and Quarkus
  static ControlPlane start(Host host, Path state, Map<String, String> configuration) {
    return start(host, state, configuration, Map.of());
  }

  /// @param environment added to the test's own
  static ControlPlane start(
      Host host, Path state, Map<String, String> configuration, Map<String, String> environment) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dtombolo.state=" + state));
    configuration.forEach((key, value) -> command.add("-D%s=%s".formatted(key, value)));
    command.addAll(List.of("-jar", JAR.toAbsolutePath().normalize().toString()));
    var spec = new Daemon.Spec("control-plane", host, command, environment);
    return new ControlPlane(host, state, spec.start());
  }

  Daemon daemon() {
    return daemon;
  }

  /// The directory of what survives a restart.
  Path state() {
    return state;
  }

  Path bundle() {
    return state.resolve("bundle.pem");
  }

  /// Waits until proxies are served.
  ControlPlane awaitReady() {
    daemon.awaitReady(Duration.ofSeconds(60), () -> get("status").path("ready").asBoolean());
    return this;
  }

  /// Waits until a start without the source would not bring something of this name back.
  void awaitForgotten(String source, String name) {
    var known = state.resolve("known").resolve(source + ".json");
    Await.until(
        name + " is forgotten",
        Duration.ofSeconds(30),
        () -> !Files.readString(known).contains('"' + name));
  }

  /// Waits until it answers, ready or not.
  ControlPlane awaitAnswer() {
    daemon.awaitReady(Duration.ofSeconds(60), () -> get("status").has("revision"));
    return this;
  }

  /// Reads a page of the REST API.
  JsonNode get(String page) {
    return read(new HttpCall("GET", ADMIN + "/v1/" + page, ""));
  }

  /// What the `tombolo` command prints here.
  String tombolo(String... arguments) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.tombolo.cli.Main"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--state", state.toString()));
    return host.run(command.toArray(String[]::new)).output();
  }

  /// Sends something to the REST API.
  JsonNode post(String page, Map<String, String> body) {
    return read(
        new HttpCall("POST", ADMIN + "/v1/" + page, JSON.valueToTree(body).toString())
            .with("Content-Type", "application/json"));
  }

  /// Makes a join token for a workload, a service or a gateway.
  String token(String kind, String name) {
    return post("tokens", Map.of(kind, name)).path("token").asText();
  }

  private JsonNode read(HttpCall call) {
    try {
      var token = Files.readString(state.resolve("admin.token")).strip();
      var reply = host.http(call.with("Authorization", "Bearer " + token));
      if (!reply.ok()) {
        throw new IllegalStateException(call.url() + ": " + reply);
      }
      return JSON.readTree(reply.body());
    } catch (IOException e) {
      throw new UncheckedIOException(call.url() + " does not answer", e);
    }
  }

  @Override
  public void close() {
    daemon.close();
  }
}
