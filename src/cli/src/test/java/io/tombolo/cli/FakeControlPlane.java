package io.tombolo.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// An HTTP server that answers fixed texts to who knows the token.
final class FakeControlPlane implements AutoCloseable {
  static final String TOKEN = "correct-horse";

  /// @param body JSON
  record Answer(int status, String body) {}

  private final HttpServer server;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Map<String, String> received = new ConcurrentHashMap<>();

  FakeControlPlane() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          var uri = exchange.getRequestURI();
          received.put(
              uri.getPath(),
              String.valueOf(uri.getRawQuery())
                  + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          var known =
              ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"));
          var answer =
              known
                  ? answers.getOrDefault(uri.getPath(), new Answer(404, "{}"))
                  : new Answer(401, "{\"error\": \"who are you?\"}");
          var body = answer.body().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer.status(), body.length);
          try (var out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
  }

  FakeControlPlane answering(String path, String body) {
    return answering(path, 200, body);
  }

  FakeControlPlane answering(String path, int status, String body) {
    answers.put(path, new Answer(status, body));
    return this;
  }

  /// Query and body of the last request for a path.
  String received(String path) {
    return received.getOrDefault(path, "");
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
