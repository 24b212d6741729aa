package io.tombolo.server.ports;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/// A port that speaks gRPC.
public final class GrpcPort implements AutoCloseable {
  private final Server server;

  private GrpcPort(EventLoops loops, Limits limits, NettyServerBuilder builder) throws IOException {
    server =
        loops
            .serve(builder)
            .directExecutor()
            .maxInboundMessageSize(limits.requestBytes())
            .permitKeepAliveTime(5, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            .build()
            .start();
  }

  /// The port for proxies, agents and operators: TLS 1.3, the client's certificate asked for, and
  /// required by every method for proxies and agents but the one that hands out the first.
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
      Supplier<List<X509Certificate>> roots,
      List<BindableService> services,
      List<BindableService> forOperators,
      String token)
      throws IOException {
    var caller =
        new Caller(trustDomain, Set.of(IdentityGrpc.getAttestMethod().getFullMethodName()));
    var builder =
        NettyServerBuilder.forAddress(address)
            .sslContext(tls(own, new PeerTrust(trustDomain, roots)));
    services.forEach(service ->
        builder.addService(ServerInterceptors.intercept(service, caller, new RemoteAddress())));
    forOperators.forEach(
        service -> builder.addService(ServerInterceptors.intercept(service, new Operator(token))));
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

  private static SslContext tls(OwnCertificate own, PeerTrust trust) throws SSLException {
    return GrpcSslContexts.configure(
            SslContextBuilder.forServer(new OwnKey(own::newest)), SslProvider.JDK)
        .trustManager(trust)
        .clientAuth(ClientAuth.OPTIONAL)
        .protocols("TLSv1.3")
        .build();
  }

  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
