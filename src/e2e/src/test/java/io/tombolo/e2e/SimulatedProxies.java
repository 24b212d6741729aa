package io.tombolo.e2e;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.tombolo.testbed.Host;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Many proxies without an Envoy, on the bench port of a host: each asks for clusters, their
/// endpoints and listeners, and acknowledges everything.
final class SimulatedProxies implements AutoCloseable {
  private static final String TYPES = "type.googleapis.com/envoy.config.";
  private static final String CLUSTERS = TYPES + "cluster.v3.Cluster";
  private static final String ENDPOINTS = TYPES + "endpoint.v3.ClusterLoadAssignment";
  private static final String LISTENERS = TYPES + "listener.v3.Listener";

  private final EventLoopGroup loop = new NioEventLoopGroup(1);
  private final List<ManagedChannel> channels = new ArrayList<>();

  /// @param port the bench port, on the host's loopback address
  static SimulatedProxies start(Host host, int port, int count) throws Exception {
    var all = new SimulatedProxies();
    // A socket belongs to the network namespace of the thread that makes it.
    return host.call(() -> {
      for (int i = 0; i < count; i++) {
        all.connect(port, "kubernetes/cluster-1/shop/simulated-" + i);
      }
      return all;
    });
  }

  private void connect(int port, String node) {
    var channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .usePlaintext()
            .eventLoopGroup(loop)
            .channelType(NioSocketChannel.class)
            .directExecutor()
            .build();
    channels.add(channel);
    var proxy = new Proxy();
    proxy.requests =
        AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(proxy);
    proxy.say(ask(CLUSTERS).setNode(node(node)).build());
    proxy.say(ask(LISTENERS).build());
  }

  private static DeltaDiscoveryRequest.Builder ask(String type) {
    return DeltaDiscoveryRequest.newBuilder().setTypeUrl(type);
  }

  private static Node node(String id) {
    var tombolo =
        Struct.newBuilder()
            .putFields("network", text("pods"))
            .putFields("identity", text("spiffe://tombolo.local/ns/default/dc/dc1/svc/simulated"));
    return Node.newBuilder()
        .setId(id)
        .setMetadata(
            Struct.newBuilder()
                .putFields("tombolo", Value.newBuilder().setStructValue(tombolo).build()))
        .build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  /// Answers what it is told, on the loop.
  private static final class Proxy implements StreamObserver<DeltaDiscoveryResponse> {
    private @Nullable StreamObserver<DeltaDiscoveryRequest> requests;

    void say(DeltaDiscoveryRequest request) {
      Objects.requireNonNull(requests).onNext(request);
    }

    @Override
    public void onNext(DeltaDiscoveryResponse told) {
      say(ask(told.getTypeUrl()).setResponseNonce(told.getNonce()).build());
      if (told.getTypeUrl().equals(CLUSTERS)) {
        var discovered =
            told.getResourcesList().stream()
                .filter(resource -> isDiscovered(resource.getResource().getValue()))
                .map(resource -> resource.getName())
                .toList();
        say(
            ask(ENDPOINTS)
                .addAllResourceNamesSubscribe(discovered)
                .addAllResourceNamesUnsubscribe(told.getRemovedResourcesList())
                .build());
      }
    }

    private static boolean isDiscovered(ByteString cluster) {
      try {
        return Cluster.parseFrom(cluster).getType() == Cluster.DiscoveryType.EDS;
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
    channels.forEach(ManagedChannel::shutdownNow);
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
