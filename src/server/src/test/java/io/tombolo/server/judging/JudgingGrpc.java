package io.tombolo.server.judging;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Request;
import io.tombolo.server.federation.Mint;
import io.tombolo.testbed.Loopback;
import io.tombolo.xds.translate.Clusters;
import io.tombolo.xds.translate.GrpcServer;
import io.tombolo.xds.translate.Inbound;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// A real server of grpc-java without proxy, with as many policies as one likes: each is the rules
/// of a route, chosen by a header. It has methods of every name.
final class JudgingGrpc implements AutoCloseable {
  private static final String POLICY = "x-policy-asked";

  private final Mint mint;
  private final Server ads;
  private final Server server;

  /// Tells a listener and its routes to whoever asks first.
  private static final class Told
      extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
    private final List<Message> resources;

    Told(List<Message> resources) {
      this.resources = resources;
    }

    @Override
    public StreamObserver<DiscoveryRequest> streamAggregatedResources(
        StreamObserver<DiscoveryResponse> responses) {
      return new StreamObserver<>() {
        @Override
        public void onNext(DiscoveryRequest request) {
          if (request.hasErrorDetail()) {
            throw new AssertionError("gRPC refused: " + request.getErrorDetail().getMessage());
          }
          if (request.getResponseNonce().isEmpty()) {
            responses.onNext(
                DiscoveryResponse.newBuilder()
                    .setTypeUrl(request.getTypeUrl())
                    .setVersionInfo("1")
                    .setNonce("1")
                    .addAllResources(
                        resources.stream()
                            .map(Any::pack)
                            .filter(any -> any.getTypeUrl().equals(request.getTypeUrl()))
                            .toList())
                    .build());
          }
        }

        @Override
        public void onError(Throwable end) {}

        @Override
        public void onCompleted() {}
      };
    }
  }

  private JudgingGrpc(Mint mint, Server ads, Server server) {
    this.mint = mint;
    this.ads = ads;
    this.server = server;
  }

  /// @param directory for its key
  /// @param policies by which policy number n judges
  static JudgingGrpc start(
      Path directory, Mint mint, TrustDomain trustDomain, List<InboundPolicy> policies)
      throws Exception {
    int port = new Loopback().freePort();
    var routes =
        RouteConfiguration.newBuilder()
            .setName(serving(port, InboundPolicy.NOBODY).routes())
            .addVirtualHosts(
                VirtualHost.newBuilder()
                    .setName("judging")
                    .addDomains("*")
                    .addAllRoutes(
                        IntStream.range(0, policies.size())
                            .mapToObj(i -> route(i, serving(port, policies.get(i))))
                            .toList()))
            .build();
    var listener =
        GrpcServer.listener("0.0.0.0", serving(port, InboundPolicy.NOBODY).heard(), trustDomain);
    var ads =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Told(List.of(listener, routes)))
            .build()
            .start();
    var own = mint.leaf(Mint.Says.svid("spiffe://judging.example/api"));
    var files =
        ProxylessGrpc.files(
            directory, own.keys().getPrivate(), List.of(own.certificate()), mint.root());
    var server =
        ProxylessGrpc.start(
            port, "consul/dc1/default/api-1", ads.getPort(), Map.of("type", "insecure"), files);
    return new JudgingGrpc(mint, ads, server);
  }

  private static Route route(int number, GrpcServer.Serving serving) {
    var route = GrpcServer.routes(serving).getVirtualHosts(0).getRoutes(0).toBuilder();
    var asked = StringMatcher.newBuilder().setExact(Integer.toString(number));
    route
        .getMatchBuilder()
        .addHeaders(HeaderMatcher.newBuilder().setName(POLICY).setStringMatch(asked));
    return route.build();
  }

  private static GrpcServer.Serving serving(int port, InboundPolicy policy) {
    return new GrpcServer.Serving(
        port,
        List.of(
            new Inbound.Served(
                "api",
                List.of("api"),
                Protocol.GRPC,
                new Mesh.Gateway("127.0.0.1", port),
                new Clusters.Local("127.0.0.1", port, true),
                policy,
                List.of(),
                HttpProfile.STRICT,
                Optional.empty())));
  }

  /// A connection of this caller.
  GrpcCalls as(SpiffeId caller) throws Exception {
    var leaf = mint.leaf(Mint.Says.svid(caller.toString()));
    return GrpcCalls.to(
        server.getPort(), mint.root(), leaf.keys().getPrivate(), List.of(leaf.certificate()));
  }

  /// One that shows no certificate.
  GrpcCalls asNobody() throws Exception {
    return GrpcCalls.to(server.getPort(), mint.root(), mint.keys().getPrivate(), List.of());
  }

  /// The same request to the policy of this number.
  static Request.Http to(int policy, Request.Http http) {
    var headers = new HashMap<>(http.headers());
    headers.put(POLICY, List.of(Integer.toString(policy)));
    return new Request.Http(http.method(), http.path(), headers, http.claims());
  }

  @Override
  public void close() {
    server.shutdownNow();
    ads.shutdownNow();
  }
}
