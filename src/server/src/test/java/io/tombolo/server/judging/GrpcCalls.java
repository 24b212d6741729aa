package io.tombolo.server.judging;

import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.tombolo.mesh.policy.Request;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/// Calls of one workload to a gRPC server on loopback, on one connection.
public record GrpcCalls(ManagedChannel channel) implements AutoCloseable {
  /// @param chain of the caller; empty to show no certificate
  public static GrpcCalls to(
      int port, X509Certificate root, PrivateKey key, List<X509Certificate> chain)
      throws Exception {
    var tls = SslContextBuilder.forClient().trustManager(new RootOnly(root));
    if (!chain.isEmpty()) {
      tls.keyManager(key, reread(chain));
    }
    return new GrpcCalls(
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .sslContext(GrpcSslContexts.configure(tls, SslProvider.JDK).build())
            .directExecutor()
            .build());
  }

  /// As this JDK reads them, and not as who made them.
  private static List<X509Certificate> reread(List<X509Certificate> chain) throws Exception {
    var factory = CertificateFactory.getInstance("X.509");
    var read = new java.util.ArrayList<X509Certificate>();
    for (var one : chain) {
      read.add(
          (X509Certificate)
              factory.generateCertificate(new ByteArrayInputStream(one.getEncoded())));
    }
    return read;
  }

  /// Calls a method.
  public Future<byte[]> ask(Request.Http http) {
    var headers = new Metadata();
    http.headers()
        .forEach((name, values) ->
            values.forEach(value ->
                headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value)));
    var with =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    return ClientCalls.futureUnaryCall(
        with.newCall(
            ProxylessGrpc.method(http.path().substring(1)), CallOptions.DEFAULT.withWaitForReady()),
        new byte[0]);
  }

  /// Was it allowed?
  public static boolean allowed(Future<byte[]> asked) throws InterruptedException {
    return status(asked) == Status.Code.OK;
  }

  private static Status.Code status(Future<byte[]> asked) throws InterruptedException {
    try {
      var _ = asked.get();
      return Status.Code.OK;
    } catch (ExecutionException failed) {
      var status = ((StatusRuntimeException) Objects.requireNonNull(failed.getCause())).getStatus();
      if (status.getCode() != Status.Code.PERMISSION_DENIED) {
        throw new AssertionError("neither allowed nor denied: " + status, failed);
      }
      return status.getCode();
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /// Trusts whom the root has signed for, whatever the name.
  private static final class RootOnly extends X509ExtendedTrustManager {
    private final X509TrustManager trust;

    RootOnly(X509Certificate root) throws Exception {
      var roots = KeyStore.getInstance("PKCS12");
      roots.load(null, new char[0]);
      roots.setCertificateEntry("root", reread(List.of(root)).getFirst());
      var factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(roots);
      trust =
          Arrays.stream(factory.getTrustManagers())
              .map(X509TrustManager.class::cast)
              .findFirst()
              .orElseThrow();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      trust.checkServerTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      trust.checkServerTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      trust.checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("is a client itself");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("is a client itself");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("is a client itself");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return trust.getAcceptedIssuers();
    }
  }
}
