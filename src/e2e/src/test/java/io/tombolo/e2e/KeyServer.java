package io.tombolo.e2e;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.tombolo.testbed.Place;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;

/// An HTTPS server with a JWK set, at one address for its life, that can go down and come back.
final class KeyServer implements AutoCloseable {
  private final Place place;
  private final String address;
  private final int port;
  private final ForeignAuthority authority = ForeignAuthority.root("keys.example");
  private final SSLContext tls;
  private @Nullable HttpsServer server;

  /// One that is down.
  KeyServer(Place place, String address) throws GeneralSecurityException, IOException {
    this.place = place;
    this.address = address;
    this.port = place.freePort();
    var shown =
        authority.sign(
            ForeignAuthority.Wanted.named(new GeneralName(GeneralName.iPAddress, address)));
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "tls", shown.keys().getPrivate(), new char[0], shown.chain().toArray(Certificate[]::new));
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, new char[0]);
    tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
  }

  String uri() {
    return "https://%s:%d/keys".formatted(address, port);
  }

  /// The authority of its certificate, in PEM.
  String authority() throws GeneralSecurityException {
    return authority.pem();
  }

  /// Serves these keys from now on.
  void serve(String jwks) throws Exception {
    stop();
    var up =
        place.call(() ->
            HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral(address), port), 64));
    up.setHttpsConfigurator(new HttpsConfigurator(tls));
    up.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    up.createContext(
        "/keys",
        exchange -> {
          try (exchange) {
            var body = jwks.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    up.start();
    server = up;
  }

  void stop() {
    if (server != null) {
      server.stop(0);
      server = null;
    }
  }

  @Override
  public void close() {
    stop();
  }
}
