package io.tombolo.server.ports;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/// A port that speaks gRPC.
public final class GrpcPort implements AutoCloseable {
  private static final ApplicationProtocolConfig HTTP_2 =
      new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.NO_ADVERTISE,
          SelectedListenerFailureBehavior.ACCEPT,
          ApplicationProtocolNames.HTTP_2);

  /// What a stream may have sent and nobody has read yet. When all proxies come back at once, each
  /// says what it has in hundreds of kilobytes, and most of them wait for their turn.
  private static final int UNREAD_BYTES = 64 * 1024;

  /// A resumed session is not asked for its certificate again, whatever became of the bundle since.
  /// The JDK makes no tickets for sessions of more than 7 days, the longest that TLS allows one.
  private static final int NEVER_RESUMED = Math.toIntExact(Duration.ofDays(8).toSeconds());

  private final Server server;

  private GrpcPort(EventLoops loops, Limits limits, NettyServerBuilder builder) throws IOException {
    server =
        loops
            .serve(builder)
            .directExecutor()
            .maxInboundMessageSize(limits.requestBytes())
            .flowControlWindow(UNREAD_BYTES)
            .permitKeepAliveTime(5, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            .build()
            .start();
  }

  /// The port for proxies, agents and operators: TLS 1.3, the client's certificate asked for, and
  /// required by every method for proxies and agents but the one that hands out the first. One that
  /// does not hold, but may be renewed, is good for that alone.
  ///
  /// @param services ADS and Identity, for callers with a certificate
  /// @param forOperators for callers with the admin token
  /// @param token the admin token; secret
  public static GrpcPort mutualTls(
      InetSocketAddress address,
      EventLoops loops,
      Limits limits,
      TrustDomain trustDomain,
      OwnCertificate own,
      PeerTrust peers,
      List<BindableService> services,
      List<BindableService> forOperators,
      String token)
      throws IOException {
    var caller =
        new Caller(
            trustDomain,
            Set.of(IdentityGrpc.getAttestMethod().getFullMethodName()),
            Set.of(IdentityGrpc.getRenewMethod().getFullMethodName()));
    var builder = NettyServerBuilder.forAddress(address).sslContext(tls(own, peers));
    services.forEach(service ->
        builder.addService(
            ServerInterceptors.intercept(
                ReadableRequests.only(service.bindService()), caller, new RemoteAddress())));
    forOperators.forEach(service ->
        builder.addService(
            ServerInterceptors.intercept(
                ReadableRequests.only(service.bindService()), new Operator(token))));
    return new GrpcPort(loops, limits, builder);
  }

  /// The port for benches: plaintext, nobody proves anything, so on loopback only.
  ///
  /// @throws IllegalArgumentException if the address is not a loopback address
  public static GrpcPort plaintext(
      InetSocketAddress address, EventLoops loops, Limits limits, AdsService ads)
      throws IOException {
    if (address.isUnresolved() || !address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "%s is not a loopback address; this port believes who anybody says they are"
              .formatted(address.getHostString()));
    }
    return new GrpcPort(loops, limits, NettyServerBuilder.forAddress(address).addService(ads));
  }

  /// Not by Netty's builder, which at each start tries out whether it may wrap a trust manager,
  /// with a key for which all of BouncyCastle is loaded.
  private static SslContext tls(OwnCertificate own, PeerTrust trust) throws IOException {
    try {
      var context = SSLContext.getInstance("TLSv1.3");
      context.init(
          new KeyManager[] {new OwnKey(own::newest)},
          new TrustManager[] {trust},
          new SecureRandom());
      context.getServerSessionContext().setSessionTimeout(NEVER_RESUMED);
      return new JdkSslContext(
          context,
          false,
          Http2SecurityUtil.CIPHERS,
          SupportedCipherSuiteFilter.INSTANCE,
          HTTP_2,
          ClientAuth.OPTIONAL,
          new String[] {"TLSv1.3"},
          false);
    } catch (GeneralSecurityException unsupported) {
      throw new IOException("this JDK cannot speak TLS 1.3", unsupported);
    }
  }

  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
