package io.tombolo.server.judging;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.type.v3.SemanticVersion;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.tombolo.testbed.Consul;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Proxies that Consul itself drives, as far as to hear what it tells them about callers: delta
/// xDS, the rules of the public listener.
final class ConsulProxies implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final String CLUSTERS = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
  private static final String LISTENERS = "type.googleapis.com/envoy.config.listener.v3.Listener";
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("x-consul-token", Metadata.ASCII_STRING_MARSHALLER);

  private final ManagedChannel channel;
  private final Metadata token = new Metadata();
  private final Map<String, Proxy> proxies = new HashMap<>();

  ConsulProxies(Consul consul) {
    channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(URI.create(consul.url()).getHost(), consul.grpcPort()))
            .usePlaintext()
            .build();
    consul.token().ifPresent(secret -> token.put(TOKEN, secret));
  }

  /// Connects as the proxy of this registration.
  void connect(String id) {
    var proxy = new Proxy();
    proxies.put(id, proxy);
    proxy.requests =
        AggregatedDiscoveryServiceGrpc.newStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(token))
            .deltaAggregatedResources(proxy);
    proxy.say(ask(CLUSTERS).setNode(node(id)).build());
    proxy.say(ask(LISTENERS).build());
  }

  /// The rules that it is told, as soon as they are such; none if everyone may call.
  Optional<RBAC> rules(String id, Predicate<Optional<RBAC>> awaited) throws Exception {
    var heard = Objects.requireNonNull(proxies.get(id)).heard;
    Optional<RBAC> last = Optional.empty();
    while (true) {
      var listener = heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (listener == null) {
        throw new AssertionError("what Consul tells proxy %s stays %s".formatted(id, last));
      }
      var rules = rules(listener);
      last = rules;
      if (awaited.test(rules)) {
        return rules;
      }
    }
  }

  private static Optional<RBAC> rules(Listener listener) throws InvalidProtocolBufferException {
    for (var filter : listener.getFilterChains(0).getFiltersList()) {
      var rules = rules(filter);
      if (rules.isPresent()) {
        return rules;
      }
    }
    return Optional.empty();
  }

  private static Optional<RBAC> rules(Filter filter) throws InvalidProtocolBufferException {
    var config = filter.getTypedConfig();
    if (config.is(io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.class)) {
      return Optional.of(
          config
              .unpack(io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.class)
              .getRules());
    }
    if (config.is(HttpConnectionManager.class)) {
      for (var inner : config.unpack(HttpConnectionManager.class).getHttpFiltersList()) {
        var ofHttp = inner.getTypedConfig();
        if (ofHttp.is(io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.class)) {
          return Optional.of(
              ofHttp
                  .unpack(io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.class)
                  .getRules());
        }
      }
    }
    return Optional.empty();
  }

  private static DeltaDiscoveryRequest.Builder ask(String type) {
    return DeltaDiscoveryRequest.newBuilder().setTypeUrl(type);
  }

  private static Node node(String id) {
    var node = Node.newBuilder().setId(id).setUserAgentName("envoy");
    node.getUserAgentBuildVersionBuilder()
        .setVersion(SemanticVersion.newBuilder().setMajorNumber(1).setMinorNumber(34));
    return node.build();
  }

  /// Takes whatever it is told.
  private static final class Proxy implements StreamObserver<DeltaDiscoveryResponse> {
    private final BlockingQueue<Listener> heard = new LinkedBlockingQueue<>();
    private @Nullable StreamObserver<DeltaDiscoveryRequest> requests;

    void say(DeltaDiscoveryRequest request) {
      Objects.requireNonNull(requests).onNext(request);
    }

    @Override
    public void onNext(DeltaDiscoveryResponse told) {
      say(ask(told.getTypeUrl()).setResponseNonce(told.getNonce()).build());
      if (told.getTypeUrl().equals(LISTENERS)) {
        told.getResourcesList().stream()
            .filter(resource -> resource.getName().startsWith("public_listener"))
            .forEach(resource -> heard.add(listener(resource.getResource())));
      }
    }

    private static Listener listener(com.google.protobuf.Any packed) {
      try {
        return packed.unpack(Listener.class);
      } catch (InvalidProtocolBufferException unreadable) {
        throw new IllegalStateException(unreadable);
      }
    }

    @Override
    public void onError(Throwable gone) {}

    @Override
    public void onCompleted() {}
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
