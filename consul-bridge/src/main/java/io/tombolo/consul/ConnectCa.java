package io.tombolo.consul;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.netty.handler.ssl.SslProvider;
import io.tombolo.api.consul.ca.ConnectCAServiceGrpc;
import io.tombolo.api.consul.ca.SignRequest;
import io.tombolo.api.consul.ca.WatchRootsRequest;
import io.tombolo.mesh.catalog.Ip;
import io.tombolo.mesh.catalog.Names;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Consul's certificate authority, reached through the gRPC port of a server or agent. Thread-safe.
public final class ConnectCa implements AutoCloseable {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("x-consul-token", Metadata.ASCII_STRING_MARSHALLER);
  private static final Duration SIGN_PATIENCE = Duration.ofSeconds(8);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);
  private static final int MOST_TEXT = 300;

  /// Where it is and how to speak to it.
  ///
  /// @param url `https://` with host and port, of gRPC; `http://` on loopback only
  /// @param tokenFile with an ACL token, read for each call
  /// @param ca a PEM file of the authorities its certificate may come from; the system's if absent
  /// @param serverName what its certificate is to be for, if not the host of the URL
  public record Settings(
      URI url, Optional<Path> tokenFile, Optional<Path> ca, Optional<String> serverName) {
    public Settings {
      if (url.getHost() == null
          || url.getPort() < 0
          || !String.valueOf(url.getScheme()).matches("https?")) {
        throw new IllegalArgumentException(
            "\"%s\" must be http://host:port or https://host:port, of Consul's gRPC"
                .formatted(Names.printable(url.toString())));
      }
      if (url.getScheme().equals("http") && !Ip.isLoopbackHost(url.getHost())) {
        throw new IllegalArgumentException(
            "%s is plain text: our token could be read, and other roots put in; use https://, or an agent on this host"
                .formatted(url));
      }
    }
  }

  /// What came of a request to sign.
  public sealed interface Verdict {
    /// @param chain the leaf first
    record Signed(List<X509Certificate> chain) implements Verdict {}

    /// More requests than Consul's `csr_max_per_second` or `csr_max_concurrent`.
    record Busy(String why) implements Verdict {}

    /// @param why printable, without the token
    record Failed(String why) implements Verdict {}
  }

  /// Hears the roots.
  public interface News {
    /// @throws IOException if they cannot be taken up; then they are told again later
    void heard(ConnectRoots roots) throws IOException;
  }

  private final Settings settings;
  private final ManagedChannel channel;
  private final CountDownLatch closed = new CountDownLatch(1);

  private ConnectCa(Settings settings, ManagedChannel channel) {
    this.settings = settings;
    this.channel = channel;
  }

  /// @throws IOException if the file of authorities cannot be used
  public static ConnectCa open(Settings settings) throws IOException {
    var url = settings.url();
    var builder =
        NettyChannelBuilder.forAddress(url.getHost(), url.getPort())
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .disableRetry()
            .proxyDetector(_ -> null);
    if (url.getScheme().equals("https")) {
      var tls = GrpcSslContexts.forClient().sslProvider(SslProvider.JDK);
      try {
        settings.ca().map(Path::toFile).ifPresent((File pem) -> tls.trustManager(pem));
      } catch (IllegalArgumentException unusable) {
        throw new IOException(
            "the CA file %s cannot be used: %s"
                .formatted(settings.ca().orElseThrow(), unusable.getMessage()),
            unusable);
      }
      builder.sslContext(tls.build());
      settings.serverName().ifPresent(builder::overrideAuthority);
    } else {
      builder.usePlaintext();
    }
    return new ConnectCa(settings, builder.build());
  }

  /// Follows the roots on the calling thread until closed. When Consul is away it tries again.
  ///
  /// @param news the roots, at once and whenever they change
  /// @param trouble why there are no news, each time a try fails
  public void follow(News news, Consumer<String> trouble) {
    var pause = SHORTEST_PAUSE;
    do {
      try {
        watch(news);
      } catch (StatusRuntimeException | IOException | CertificateException failed) {
        if (closed.getCount() > 0) {
          trouble.accept(reason(failed));
        }
      }
      pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
    } while (!closedWithin(pause));
  }

  private void watch(News news) throws IOException, CertificateException {
    var context = Context.current().withCancellation();
    var previous = context.attach();
    try {
      var answers = stub().watchRoots(WatchRootsRequest.getDefaultInstance());
      while (answers.hasNext()) {
        news.heard(ConnectRoots.of(answers.next()));
      }
    } finally {
      context.detach(previous);
      context.cancel(null);
    }
  }

  private boolean closedWithin(Duration pause) {
    long millis = pause.toMillis();
    try {
      return closed.await(
          ThreadLocalRandom.current().nextLong(millis / 2, millis + 1), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /// Has a request signed, and waits for it.
  ///
  /// @param csr in DER, with the SPIFFE ID of a service of this datacenter as its one URI
  public Verdict sign(byte[] csr) {
    var lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    var pem =
        "-----BEGIN CERTIFICATE REQUEST-----\n%s\n-----END CERTIFICATE REQUEST-----\n"
            .formatted(lines.encodeToString(csr));
    try {
      var answer =
          stub()
              .withDeadlineAfter(SIGN_PATIENCE.toSeconds(), TimeUnit.SECONDS)
              .sign(SignRequest.newBuilder().setCsr(pem).build());
      return new Verdict.Signed(ConnectRoots.certificates(answer.getCertPem()));
    } catch (StatusRuntimeException refused) {
      return refused.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
          ? new Verdict.Busy(reason(refused))
          : new Verdict.Failed(reason(refused));
    } catch (IOException | CertificateException failed) {
      return new Verdict.Failed(reason(failed));
    }
  }

  private ConnectCAServiceGrpc.ConnectCAServiceBlockingStub stub() throws IOException {
    var stub = ConnectCAServiceGrpc.newBlockingStub(channel);
    if (settings.tokenFile().isEmpty()) {
      return stub;
    }
    var metadata = new Metadata();
    metadata.put(TOKEN, token(settings.tokenFile().get()));
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  private static String token(Path file) throws IOException {
    String token;
    try {
      token = Files.readString(file).strip();
    } catch (IOException unreadable) {
      throw new IOException(
          "the token file %s cannot be read (%s)"
              .formatted(file, unreadable.getClass().getSimpleName()),
          unreadable);
    }
    if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IOException("the token file %s has no token of one line".formatted(file));
    }
    return token;
  }

  private String reason(Exception failed) {
    var what =
        failed instanceof StatusRuntimeException answered
            ? "%s (%s)"
                .formatted(
                    answered.getStatus().getCode(),
                    Names.printable(
                        String.valueOf(answered.getStatus().getDescription()), MOST_TEXT))
            : Names.printable(String.valueOf(failed.getMessage()), MOST_TEXT);
    return "Consul's CA at %s: %s".formatted(settings.url(), what);
  }

  @Override
  public void close() {
    closed.countDown();
    channel.shutdownNow();
  }
}
