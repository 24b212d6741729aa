package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.mesh.catalog.Names;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Consul's HTTP API where consul-api lacks fields or calls: health with all fields, config
/// entries.
///
/// It is the JDK's client and Jackson, not a Quarkus REST client: this module runs without Quarkus,
/// and only so can the header be seen by which Consul admits that it left out rows for want of
/// rights.
///
/// Every failure is an `IOException` whose message is fit for a status.
final class ConsulApi implements AutoCloseable {
  /// How long Consul may hold back an answer that has no news. Consul adds up to a sixteenth.
  static final Duration WAIT = Duration.ofSeconds(20);

  /// When an answer is given up: then the connection is dead.
  static final Duration PATIENCE = WAIT.plusSeconds(8);

  private static final long MOST_BYTES = 256L << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ConsulSource.Settings settings;
  private final HttpClient client;

  /// An answer, and the index to wait for the next one with.
  record Answer(JsonNode body, long index) {}

  ConsulApi(ConsulSource.Settings settings) throws IOException {
    this.settings = settings;
    var builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5));
    if (!settings.ca().isEmpty()) {
      builder.sslContext(Authorities.trusting(settings.ca()));
    }
    this.client = builder.build();
  }

  /// What is so now.
  Answer read(String path) throws IOException, InterruptedException {
    return ask(path, Duration.ofSeconds(10));
  }

  /// What is so as soon as it is newer than `index`, or after [#WAIT].
  Answer readAfter(String path, long index) throws IOException, InterruptedException {
    var query = path + (path.contains("?") ? "&" : "?");
    return ask(query + "index=%d&wait=%ds".formatted(index, WAIT.toSeconds()), PATIENCE);
  }

  /// Changes something.
  ///
  /// @return Consul's answer: `true` or `false` of check-and-set, or why it refuses the content
  String change(String method, String path, String body) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder()
            .method(method, HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    var response = send(request, path, settings.token(), Duration.ofSeconds(10));
    var answer = new String(response.body(), StandardCharsets.UTF_8).strip();
    if (response.statusCode() == 403) {
      throw new IOException(
          "Consul at %s: the token may not %s %s; it needs intentions = \"write\""
              .formatted(settings.url(), method, path.replaceAll("\\?.*", "")));
    }
    return response.statusCode() == 200
        ? answer
        : "Consul answers %d: %s".formatted(response.statusCode(), Names.printable(answer));
  }

  /// What an ACL token is.
  sealed interface Self {
    record Token(JsonNode body) implements Self {}

    /// There is none such, or it has expired.
    record Unknown() implements Self {}

    /// ACLs are off.
    record NoAcls() implements Self {}
  }

  /// What a token is, asked for with itself. It appears in no message.
  Self tokenOf(String token) throws IOException, InterruptedException {
    var path = "/v1/acl/token/self";
    var response = send(path, token, Duration.ofSeconds(5));
    return switch (response.statusCode()) {
      case 403 -> new Self.Unknown();
      case 401 -> new Self.NoAcls();
      case 200 -> new Self.Token(object(path, response));
      default ->
          throw new IOException(
              "Consul at %s answers %d to %s"
                  .formatted(settings.url(), response.statusCode(), path));
    };
  }

  /// Without a word of its content: a token's secret is in it.
  private JsonNode object(String path, HttpResponse<byte[]> response) throws IOException {
    try {
      return JSON.readTree(response.body());
    } catch (IOException notJson) {
      throw new IOException("Consul at %s answers no JSON to %s".formatted(settings.url(), path));
    }
  }

  private Answer ask(String path, Duration patience) throws IOException, InterruptedException {
    var response = send(path, settings.token(), patience);
    requireWhole(path, response);
    return new Answer(JSON.readTree(response.body()), index(response));
  }

  private HttpResponse<byte[]> send(String path, String token, Duration patience)
      throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(), path, token, patience);
  }

  private HttpResponse<byte[]> send(
      HttpRequest.Builder request, String path, String token, Duration patience)
      throws IOException, InterruptedException {
    request.uri(settings.url().resolve(path)).timeout(patience);
    if (!token.isEmpty()) {
      request.header("X-Consul-Token", token);
    }
    try {
      return client.send(
          request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES));
    } catch (IOException e) {
      throw new IOException(
          "Consul at %s cannot be read: %s".formatted(settings.url(), reason(e)), e);
    }
  }

  private static String reason(IOException e) {
    var message = e.getMessage();
    return e.getClass().getSimpleName()
        + (message == null ? "" : " (" + Names.printable(message) + ")");
  }

  private void requireWhole(String path, HttpResponse<byte[]> response) throws IOException {
    var what = path.replaceAll("\\?.*", "");
    if (response.statusCode() != 200) {
      var body = new String(response.body(), StandardCharsets.UTF_8);
      throw new IOException(
          "Consul at %s answers %d to %s: %s"
              .formatted(settings.url(), response.statusCode(), what, Names.printable(body)));
    }
    var filtered = response.headers().firstValue("X-Consul-Results-Filtered-By-ACLs");
    if (filtered.orElse("false").equals("true")) {
      throw new RowsLeftOut("Consul left rows out of " + what);
    }
  }

  private static long index(HttpResponse<byte[]> response) {
    return Math.max(1, response.headers().firstValueAsLong("X-Consul-Index").orElse(1));
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
