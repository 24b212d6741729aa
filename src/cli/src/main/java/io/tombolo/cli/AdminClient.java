package io.tombolo.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.mesh.catalog.Names;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/// The control plane's REST API. Thread-safe.
public final class AdminClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI url;
  private final String token;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /// @param url such as `http://127.0.0.1:15014`
  /// @param token the admin token; secret
  public AdminClient(URI url, String token) {
    this.url = url;
    this.token = token;
  }

  /// @param query values are encoded here
  public JsonNode get(String path, Map<String, String> query) {
    return send(request(path, query).GET().build());
  }

  public JsonNode get(String path) {
    return get(path, Map.of());
  }

  public JsonNode post(String path, Map<String, ?> body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(JSON.valueToTree(body).toString()))
            .build());
  }

  /// @param query values are encoded here
  public JsonNode delete(String path, Map<String, String> query) {
    return send(request(path, query).DELETE().build());
  }

  private HttpRequest.Builder request(String path, Map<String, String> query) {
    var parameters =
        query.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return request(parameters.isEmpty() ? path : path + "?" + parameters);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(url.resolve(path))
        .timeout(Duration.ofSeconds(30))
        .header("Authorization", "Bearer " + token);
  }

  private JsonNode send(HttpRequest request) {
    try {
      return read(http.send(request, BodyHandlers.ofString()));
    } catch (ConnectException notThere) {
      throw new CommandFailed(
          "no control plane answers at %s. Start one with ./tombolo run (or ./tombolo demo), or say"
                  .formatted(url)
              + " where it is with --url.",
          notThere);
    } catch (IOException broken) {
      throw new CommandFailed(
          "the control plane at %s did not answer: %s"
              .formatted(url, Names.printable(String.valueOf(broken.getMessage()))),
          broken);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new CommandFailed("interrupted", stopped);
    }
  }

  private JsonNode read(HttpResponse<String> response) {
    var body = json(response.body());
    return switch (response.statusCode()) {
      case 200, 201 -> body;
      case 401 ->
          throw new CommandFailed(
              "the control plane at %s does not know this token. Its own is in the file admin.token of"
                      .formatted(url)
                  + " its state directory: name the directory with --state or TOMBOLO_STATE.");
      default ->
          throw new CommandFailed(
              "the control plane at %s answered %d: %s"
                  .formatted(
                      url,
                      response.statusCode(),
                      Table.printable(body.path("error").asText(response.body()))));
    };
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException notJson) {
      return JSON.createObjectNode();
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  @Override
  public String toString() {
    return "AdminClient[" + url + "]";
  }
}
