package io.tombolo.server.federation;

import io.tombolo.identity.Pem;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Fetches the bundle of one trust domain from its endpoint, each time over a connection of its
/// own: the newest bundle is what it is verified with. Redirects are not followed.
final class EndpointClient {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ALL = Duration.ofSeconds(30);

  private final Relation relation;
  private final Function<TrustDomain, Optional<TrustBundle>> known;
  private final InstantSource clock;

  /// @param known the newest bundle of a trust domain, if there is one
  /// @throws IOException if the file of authorities cannot be read
  /// @throws IllegalArgumentException if there are no certificates in it
  EndpointClient(
      Relation relation, Function<TrustDomain, Optional<TrustBundle>> known, InstantSource clock)
      throws IOException {
    this.relation = relation;
    this.known = known;
    this.clock = clock;
    var _ = context();
  }

  private HttpClient client() throws IOException {
    var parameters = new SSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(CONNECT)
        .sslContext(context())
        .sslParameters(parameters)
        .build();
  }

  private SSLContext context() throws IOException {
    try {
      var context = SSLContext.getInstance("TLS");
      var managers =
          switch (relation.profile()) {
            case Relation.Profile.Web(var authorities) -> web(authorities);
            case Relation.Profile.Spiffe(var endpoint, _) ->
                new TrustManager[] {
                  new EndpointTrust(endpoint, () -> known.apply(endpoint.trustDomain()), clock)
                };
          };
      context.init(null, managers, new SecureRandom());
      return context;
    } catch (GeneralSecurityException unsupported) {
      throw new IOException("this JDK cannot speak TLS", unsupported);
    }
  }

  private static TrustManager[] web(Optional<Path> authorities)
      throws IOException, GeneralSecurityException {
    @Nullable KeyStore store =
        authorities.isPresent() ? Pem.store(Pem.parse(Files.readString(authorities.get()))) : null;
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  /// What the endpoint serves now.
  ///
  /// @throws IOException if it cannot be reached or authenticated, or answers something else
  byte[] fetch() throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(relation.url())
            .header("Accept", "application/json")
            .timeout(ALL)
            .GET()
            .build();
    var body =
        HttpResponse.BodyHandlers.limiting(
            HttpResponse.BodyHandlers.ofByteArray(), BundleFormat.MOST_BYTES);
    var client = client();
    var sent = client.sendAsync(request, body);
    try {
      var answer = sent.get(ALL.toMillis(), TimeUnit.MILLISECONDS);
      if (answer.statusCode() != 200) {
        throw new IOException(status(answer.statusCode()));
      }
      return answer.body();
    } catch (TimeoutException slow) {
      throw new IOException("it did not answer within %d s".formatted(ALL.toSeconds()), slow);
    } catch (ExecutionException failed) {
      throw new IOException(reason(failed), failed);
    } finally {
      sent.cancel(true);
      client.shutdownNow();
    }
  }

  private static String status(int code) {
    return code >= 300 && code < 400
        ? "it answers %d; redirects are not followed: configure where it is now".formatted(code)
        : "it answers " + code;
  }

  /// What went wrong, without what it was wrapped in.
  private static String reason(Throwable failure) {
    var cause = failure;
    while (cause.getCause() != null && !(cause instanceof CertificateException)) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
