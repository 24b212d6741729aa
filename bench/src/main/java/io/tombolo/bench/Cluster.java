package io.tombolo.bench;

import io.tombolo.testbed.KubeApiserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Writes to the Kubernetes API, on connections that stay open. Thread-safe.
final class Cluster implements AutoCloseable {
  private static final String MERGE = "application/merge-patch+json";
  private static final int OK = 200;
  private static final int LAST_OK = 299;

  private final String url;
  private final String token;
  private final HttpClient http;

  Cluster(KubeApiserver api) {
    this.url = api.url();
    this.token = api.adminToken();
    this.http = HttpClient.newBuilder().sslContext(trusting(api)).build();
  }

  private static SSLContext trusting(KubeApiserver api) {
    try (var file = Files.newInputStream(api.certificate())) {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
        store.setCertificateEntry("c" + store.size(), certificate);
      }
      var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusted.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trusted.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + api.certificate(), e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot trust " + api.certificate(), e);
    }
  }

  void create(String path, String json) {
    send("POST", path, "application/json", json);
  }

  void apply(String path, String yaml) {
    send("PATCH", path + "?fieldManager=bench&force=true", "application/apply-patch+yaml", yaml);
  }

  void createYaml(String path, String yaml) {
    send("POST", path, "application/yaml", yaml);
  }

  void merge(String path, String json) {
    send("PATCH", path, MERGE, json);
  }

  void patch(String path, String json) {
    send("PATCH", path, "application/json-patch+json", json);
  }

  void delete(String path) {
    send("DELETE", path, "application/json", "");
  }

  private void send(String method, String path, String type, String body) {
    var request =
        HttpRequest.newBuilder(URI.create(url + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", type)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      var reply = http.send(request, BodyHandlers.ofString());
      if (reply.statusCode() < OK || reply.statusCode() > LAST_OK) {
        throw new IllegalStateException(
            "%s %s: %d %s".formatted(method, path, reply.statusCode(), reply.body()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted: " + path, e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
