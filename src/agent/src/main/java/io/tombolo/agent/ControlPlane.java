package io.tombolo.agent;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.identity.v1.InForce;
import io.tombolo.api.identity.v1.IssueJwtRequest;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.api.identity.v1.IssuedJwt;
import io.tombolo.api.identity.v1.RenewRequest;
import io.tombolo.api.identity.v1.Trust;
import io.tombolo.mesh.identity.TrustBundle;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// A connection to the control plane's Identity service: TLS 1.3, the server verified by its SPIFFE
/// ID. Thread-safe.
final class ControlPlane implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 10;
  private static final int KEEPALIVE_SECONDS = 30;
  private final ManagedChannel channel;
  private final IdentityGrpc.IdentityBlockingStub stub;

  private ControlPlane(ManagedChannel channel) {
    this.channel = channel;
    this.stub = IdentityGrpc.newBlockingStub(channel);
  }

  /// @param as who connects, or null before there is an SVID: then only [#attest] is answered
  static ControlPlane connect(Address at, Supplier<TrustBundle> trust, @Nullable Svid as)
      throws SSLException {
    return new ControlPlane(
        NettyChannelBuilder.forAddress(at.host(), at.port())
            .sslContext(tls(trust, as))
            .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .disableRetry()
            .proxyDetector(_ -> null)
            .build());
  }

  private static SslContext tls(Supplier<TrustBundle> trust, @Nullable Svid as)
      throws SSLException {
    var tls =
        SslContextBuilder.forClient()
            .trustManager(new ControlPlaneTrust(trust))
            .protocols("TLSv1.3");
    if (as != null) {
      tls.keyManager(new SvidKey(as));
    }
    return GrpcSslContexts.configure(tls, SslProvider.JDK).build();
  }

  Issued attest(AttestRequest request) {
    return patient().attest(request);
  }

  Issued renew(RenewRequest request) {
    return patient().renew(request);
  }

  IssuedJwt issueJwt(IssueJwtRequest request) {
    return patient().issueJwt(request);
  }

  /// @param news hears whom to trust, and the end of the stream
  /// @return where to say what is in force here
  StreamObserver<InForce> watchTrust(StreamObserver<Trust> news) {
    return IdentityGrpc.newStub(channel).watchTrust(news);
  }

  private IdentityGrpc.IdentityBlockingStub patient() {
    return stub.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
