package io.tombolo.server.ca;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.identity.Pem;
import io.tombolo.identity.Signatory;
import io.tombolo.mesh.catalog.Ip;
import io.tombolo.mesh.catalog.Names;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// HashiCorp Vault's PKI secrets engine: `POST /v1/<mount>/root/sign-intermediate`. Secrets are
/// read from their files at each use, so that they may be renewed there.
public final class Vault implements Signatory {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final int LONGEST_REASON = 300;
  private static final ObjectMapper JSON = new ObjectMapper();

  /// Who we are to Vault.
  public sealed interface Login {
    /// A token in a file.
    record Token(Path file) implements Login {}

    /// The auth method `kubernetes`.
    ///
    /// @param mount of the method
    /// @param token the file with the pod's service-account token
    record Kubernetes(String mount, String role, Path token) implements Login {}

    /// The auth method `approle`.
    ///
    /// @param mount of the method
    record AppRole(String mount, String roleId, Path secretId) implements Login {}
  }

  /// Which authority of which Vault.
  ///
  /// @param mount of the PKI engine
  /// @param issuer the name or id of one of its issuers; empty for its default
  /// @param namespace of Vault Enterprise; empty for the root's
  /// @param ca the authority of Vault's own certificate in PEM; empty for the system's
  public record Settings(
      URI address,
      String mount,
      Optional<String> issuer,
      Optional<String> namespace,
      Optional<Path> ca,
      Login login) {
    public Settings {
      boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
      if (!http || address.getHost() == null) {
        throw new IllegalArgumentException(
            "tombolo.ca.intermediate.vault.address: \"%s\" is not a URL such as https://vault.example:8200"
                .formatted(Names.printable(address.toString())));
      }
      if ("http".equals(address.getScheme()) && !Ip.isLoopbackHost(address.getHost())) {
        throw new IllegalArgumentException(
            "tombolo.ca.intermediate.vault.address: %s is not HTTPS, and our token would be sent in plain; use https://"
                .formatted(address));
      }
    }
  }

  private final Settings settings;

  public Vault(Settings settings) {
    this.settings = settings;
  }

  @Override
  public List<X509Certificate> sign(Request request) throws IOException {
    try (var client = client()) {
      var token = token(client);
      var signed =
          post(
              client,
              settings
                  .issuer
                  .map(issuer -> settings.mount + "/issuer/" + issuer + "/sign-intermediate")
                  .orElse(settings.mount + "/root/sign-intermediate"),
              Optional.of(token),
              Map.of(
                  "csr",
                  request.pem(),
                  "common_name",
                  request.commonName(),
                  "uri_sans",
                  request.identity(),
                  "exclude_cn_from_sans",
                  true,
                  "max_path_length",
                  0,
                  "format",
                  "pem",
                  "ttl",
                  request.life().toSeconds() + "s"));
      return certificates(signed.path("data"));
    }
  }

  private static List<X509Certificate> certificates(JsonNode data) throws IOException {
    var texts = new ArrayList<String>();
    texts.add(data.path("certificate").asText());
    texts.add(data.path("issuing_ca").asText());
    data.path("ca_chain").forEach(one -> texts.add(one.asText()));
    try {
      return Pem.parse(texts.stream().map(text -> text + "\n").collect(Collectors.joining()));
    } catch (IllegalArgumentException notPem) {
      throw new IOException(
          "its answer has no certificates (certificate, ca_chain); is the mount a PKI engine?",
          notPem);
    }
  }

  private String token(HttpClient client) throws IOException {
    return switch (settings.login) {
      case Login.Token(var file) -> secret(file);
      case Login.Kubernetes(var mount, var role, var file) ->
          login(client, mount, Map.of("role", role, "jwt", secret(file)));
      case Login.AppRole(var mount, var role, var file) ->
          login(client, mount, Map.of("role_id", role, "secret_id", secret(file)));
    };
  }

  private String login(HttpClient client, String mount, Map<String, Object> credentials)
      throws IOException {
    var answer = post(client, "auth/" + mount + "/login", Optional.empty(), credentials);
    var token = answer.path("auth").path("client_token").asText();
    if (token.isEmpty()) {
      throw new IOException("the login at auth/%s gave no token".formatted(mount));
    }
    return token;
  }

  private static String secret(Path file) throws IOException {
    String secret;
    try {
      secret = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    } catch (IOException unreadable) {
      throw new IOException("%s cannot be read; put our secret there".formatted(file), unreadable);
    }
    if (secret.isEmpty() || !secret.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IOException("%s does not hold one secret and nothing else".formatted(file));
    }
    return secret;
  }

  private JsonNode post(
      HttpClient client, String path, Optional<String> token, Map<String, Object> body)
      throws IOException {
    var base = settings.address.toString().replaceAll("/+$", "");
    var request =
        HttpRequest.newBuilder(URI.create(base + "/v1/" + path))
            .timeout(ANSWER)
            .header("Content-Type", "application/json")
            .header("X-Vault-Request", "true")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
    token.ifPresent(secret -> request.header("X-Vault-Token", secret));
    settings.namespace.ifPresent(name -> request.header("X-Vault-Namespace", name));
    HttpResponse<String> answer;
    try {
      answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", stopped);
    } catch (IOException away) {
      throw new IOException("it cannot be reached (%s)".formatted(reason(away)), away);
    }
    if (answer.statusCode() != 200) {
      throw new IOException(
          "POST /v1/%s was answered with %d (%s)%s"
              .formatted(path, answer.statusCode(), errors(answer.body()), advice(answer)));
    }
    return json(answer.body());
  }

  private static JsonNode json(String body) throws IOException {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException notJson) {
      // Without its cause, which quotes the answer.
      throw new IOException("its answer is not JSON; is the address Vault's?");
    }
  }

  private static String advice(HttpResponse<String> answer) {
    return switch (answer.statusCode()) {
      case 403 -> "; renew the token, or allow its policy to update this path";
      case 404 -> "; check the mount and the issuer";
      case 503 -> "; unseal it";
      default -> "";
    };
  }

  /// Vault's `errors`: of its own words, none of which repeats a secret.
  private static String errors(String body) {
    try {
      var errors = new ArrayList<String>();
      JSON.readTree(body).path("errors").forEach(one -> errors.add(one.asText().strip()));
      var text = Names.printable(String.join("; ", errors).replaceAll("\\s+", " "));
      return text.isEmpty()
          ? "no reason"
          : text.substring(0, Math.min(text.length(), LONGEST_REASON));
    } catch (JsonProcessingException notJson) {
      return "no reason";
    }
  }

  private static String reason(Throwable failure) {
    var message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : Names.printable(message);
  }

  private HttpClient client() throws IOException {
    var client =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER);
    if (settings.ca.isPresent()) {
      client.sslContext(trusting(settings.ca.get()));
    }
    return client.build();
  }

  private static SSLContext trusting(Path file) throws IOException {
    try {
      var store = Pem.store(Pem.parse(Files.readString(file, StandardCharsets.ISO_8859_1)));
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IllegalArgumentException | IOException unusable) {
      throw new IOException(
          "%s (tombolo.ca.intermediate.vault.ca) cannot be used: %s"
              .formatted(file, reason(unusable)),
          unusable);
    }
  }

  @Override
  public String toString() {
    return "Vault's %s%s at %s"
        .formatted(
            settings.mount,
            settings.issuer.map(" (issuer %s)"::formatted).orElse(""),
            settings.address);
  }
}
