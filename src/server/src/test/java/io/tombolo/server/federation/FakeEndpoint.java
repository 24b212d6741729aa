package io.tombolo.server.federation;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// A bundle endpoint that answers whatever a test wants.
final class FakeEndpoint implements AutoCloseable {
  record Answer(int status, Map<String, String> headers, String body) {
    static Answer of(byte[] body) {
      return new Answer(200, Map.of(), new String(body, StandardCharsets.UTF_8));
    }
  }

  private final HttpsServer server;
  private final AtomicReference<Answer> answer = new AtomicReference<>(Answer.of(new byte[0]));
  private final AtomicInteger asked = new AtomicInteger();

  FakeEndpoint(Mint.Leaf shown) throws Exception {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "own", shown.keys().getPrivate(), new char[0], new Certificate[] {shown.certificate()});
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          var now = answer.get();
          now.headers().forEach(exchange.getResponseHeaders()::set);
          var bytes = now.body().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(now.status(), bytes.length == 0 ? -1 : bytes.length);
          try (var body = exchange.getResponseBody()) {
            body.write(bytes);
          }
        });
    server.start();
  }

  void answers(Answer next) {
    answer.set(next);
  }

  /// How many requests have reached it.
  int asked() {
    return asked.get();
  }

  String url() {
    return "https://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
