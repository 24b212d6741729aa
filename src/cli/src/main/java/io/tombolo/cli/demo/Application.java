package io.tombolo.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tombolo.cli.CommandFailed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;

/// The application of a member of the shop: answers who it is and whom its proxy says it was called
/// by.
final class Application implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final HttpServer server;

  private Application(String name, HttpServer server) {
    this.name = name;
    this.server = server;
  }

  static Application start(Shop.Member member) {
    var at = member.application();
    try {
      var address = new InetSocketAddress(InetAddress.ofLiteral(at.address()), at.port());
      var application = new Application(member.name(), HttpServer.create(address, 0));
      application.server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      application.server.createContext("/", application::answer);
      application.server.start();
      return application;
    } catch (IOException taken) {
      throw new CommandFailed("cannot listen on %s: %s".formatted(at, taken.getMessage()), taken);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    var certificate = exchange.getRequestHeaders().getFirst("x-forwarded-client-cert");
    var body =
        JSON.writeValueAsBytes(
            Map.of("service", name, "certificate", Objects.requireNonNullElse(certificate, "")));
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, body.length);
    try (var out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
