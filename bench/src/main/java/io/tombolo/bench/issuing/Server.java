package io.tombolo.bench.issuing;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslProvider;
import io.tombolo.mesh.identity.Pinned;
import io.tombolo.testbed.Daemon;
import io.tombolo.testbed.Loopback;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The control plane in a process of its own, and connections to it that verify it.
final class Server implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path state;
  private final int port;
  private final String admin;
  private final Daemon daemon;
  private final HttpClient http = HttpClient.newHttpClient();

  private Server(Path state, int port, int adminPort) {
    this.state = state;
    this.port = port;
    this.admin = "http://127.0.0.1:" + adminPort + "/v1/";
    this.daemon =
        Daemon.spec(
                "issuing",
                new Loopback(),
                "../tombolo",
                "run",
                "-Dtombolo.state=" + state,
                "-Dtombolo.directory=../examples/two-worlds",
                "-Dtombolo.xds.address=127.0.0.1",
                "-Dtombolo.xds.port=" + port,
                "-Dtombolo.admin.port=" + adminPort,
                "-Dquarkus.log.level=WARN")
            .start();
  }

  /// With an empty state directory.
  static Server start() {
    try {
      var loopback = new Loopback();
      var server =
          new Server(
              Files.createTempDirectory("tombolo-issuing").resolve("state"),
              loopback.freePort(),
              loopback.freePort());
      server.daemon.awaitReady(Duration.ofSeconds(60), server::ready);
      return server;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private boolean ready() {
    return Files.exists(state.resolve("admin.token"))
        && call("GET", "status", "").contains("\"ready\":true");
  }

  /// A join token for any instance of the service `billing`.
  String token() {
    try {
      var made = call("POST", "tokens", JSON.writeValueAsString(Map.of("service", "billing")));
      return JSON.readTree(made).path("token").asText();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private String call(String method, String page, String body) {
    try {
      var request =
          HttpRequest.newBuilder(URI.create(admin + page))
              .header("Content-Type", "application/json")
              .header(
                  "Authorization",
                  "Bearer " + Files.readString(state.resolve("admin.token")).strip())
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build();
      return http.send(request, BodyHandlers.ofString()).body();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", stopped);
    }
  }

  /// @param key null for a connection without a certificate
  ManagedChannel connect(@Nullable PrivateKey key, List<X509Certificate> chain) {
    try {
      var tls =
          GrpcSslContexts.forClient()
              .trustManager(new Pinned(state.resolve("bundle.pem")))
              .protocols("TLSv1.3");
      if (key != null) {
        tls.keyManager(key, chain.toArray(X509Certificate[]::new));
      }
      return NettyChannelBuilder.forAddress("127.0.0.1", port)
          .sslContext(GrpcSslContexts.configure(tls, SslProvider.JDK).build())
          .build();
    } catch (IOException | CertificateException broken) {
      throw new IllegalStateException("no connection can be made", broken);
    }
  }

  long pid() {
    return daemon.pid();
  }

  @Override
  public void close() {
    daemon.stop();
    http.close();
  }
}
