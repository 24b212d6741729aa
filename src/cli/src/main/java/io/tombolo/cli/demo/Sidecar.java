package io.tombolo.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.agent.EnvoyBootstrap;
import io.tombolo.cli.CommandFailed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A running Envoy, beside a member of the shop or as a gateway.
///
/// @param accessLog a JSON object a line
/// @param adminFile where Envoy writes the address of its admin interface
record Sidecar(String name, Path accessLog, Path log, Path adminFile) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  static Sidecar start(
      Path envoy, EnvoyBootstrap bootstrap, String name, Workspace workspace, Children children) {
    var logs = workspace.logs();
    var sidecar =
        new Sidecar(
            name,
            logs.resolve(name + "-access.log"),
            logs.resolve(name + "-envoy.log"),
            workspace.directory().resolve(name + ".admin"));
    var command =
        List.of(
            envoy.toString(),
            "--config-path",
            workspace.write(name + "-envoy.json", bootstrap.json()).toString(),
            "--admin-address-path",
            sidecar.adminFile().toString(),
            "--concurrency",
            "1",
            "--disable-hot-restart",
            "--file-flush-interval-msec",
            "20",
            "--log-level",
            "warning");
    children.start("Envoy of " + name, command, sidecar.accessLog(), sidecar.log());
    return sidecar;
  }

  /// Has it got its first configuration?
  boolean ready() {
    try {
      return admin("/ready").startsWith("LIVE");
    } catch (CommandFailed notYet) {
      return false;
    }
  }

  /// How many bytes it has sent to the endpoints of a cluster.
  long bytesTo(String cluster) {
    var name = "cluster." + cluster + ".upstream_cx_tx_bytes_total: ";
    return admin("/stats?filter=upstream_cx_tx_bytes_total")
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.substring(name.length())))
        .sum();
  }

  private String admin(String path) {
    try {
      if (!Files.exists(adminFile)) {
        throw new CommandFailed("Envoy of %s has not started; see %s".formatted(name, log));
      }
      var request =
          HttpRequest.newBuilder(URI.create("http://" + Files.readString(adminFile).strip() + path))
              .timeout(Duration.ofSeconds(5))
              .build();
      return HTTP.send(request, BodyHandlers.ofString()).body();
    } catch (IOException away) {
      throw new CommandFailed("Envoy of %s does not answer; see %s".formatted(name, log), away);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new CommandFailed("interrupted", stopped);
    }
  }

  /// How long its access log is now.
  long logged() {
    try {
      return Files.exists(accessLog) ? Files.size(accessLog) : 0;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /// Whom it has turned away since its access log had this length: the identity in the certificate.
  Optional<String> turnedAwaySince(long length) {
    try {
      var bytes = Files.readAllBytes(accessLog);
      int from = (int) Math.min(length, bytes.length);
      return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8)
          .lines()
          .flatMap(Sidecar::entry)
          .filter(Sidecar::isDenial)
          .map(entry -> entry.path("peer").asText())
          .findFirst();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static Stream<JsonNode> entry(String line) {
    try {
      return Stream.of(JSON.readTree(line));
    } catch (JsonProcessingException halfWritten) {
      return Stream.empty();
    }
  }

  private static boolean isDenial(JsonNode entry) {
    return Stream.of("ended", "details")
        .anyMatch(field -> entry.path(field).asText().startsWith("rbac_access_denied"));
  }
}
