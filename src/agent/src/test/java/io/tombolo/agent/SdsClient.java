package io.tombolo.agent;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.secret.v3.SecretDiscoveryServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// An SDS client on a Unix socket that keeps all answers, for tests.
final class SdsClient implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 15;
  private final EpollEventLoopGroup loop = new EpollEventLoopGroup(1);
  private final ManagedChannel channel;

  SdsClient(Path socket) {
    channel =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .channelType(EpollDomainSocketChannel.class)
            .eventLoopGroup(loop)
            .overrideAuthority("localhost")
            .usePlaintext()
            .build();
  }

  /// One open stream.
  record Stream<Q, R>(StreamObserver<Q> requests, BlockingQueue<Object> heard, Class<R> type) {
    R next() throws InterruptedException {
      return type.cast(take());
    }

    Status.Code refusal() throws InterruptedException {
      return Status.fromThrowable((Throwable) take()).getCode();
    }

    boolean silent() throws InterruptedException {
      return heard.poll(300, TimeUnit.MILLISECONDS) == null;
    }

    private Object take() throws InterruptedException {
      var answer = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (answer == null) {
        throw new AssertionError("no answer by SDS after " + PATIENCE_SECONDS + " s");
      }
      return answer;
    }
  }

  Stream<DiscoveryRequest, DiscoveryResponse> stream(String... names) {
    var heard = new LinkedBlockingQueue<Object>();
    var requests = SecretDiscoveryServiceGrpc.newStub(channel).streamSecrets(into(heard));
    requests.onNext(DiscoveryRequest.newBuilder().addAllResourceNames(List.of(names)).build());
    return new Stream<>(requests, heard, DiscoveryResponse.class);
  }

  Stream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> delta(String... names) {
    var heard = new LinkedBlockingQueue<Object>();
    var requests = SecretDiscoveryServiceGrpc.newStub(channel).deltaSecrets(into(heard));
    requests.onNext(
        DeltaDiscoveryRequest.newBuilder().addAllResourceNamesSubscribe(List.of(names)).build());
    return new Stream<>(requests, heard, DeltaDiscoveryResponse.class);
  }

  DiscoveryResponse fetch(String... names) {
    return SecretDiscoveryServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .fetchSecrets(DiscoveryRequest.newBuilder().addAllResourceNames(List.of(names)).build());
  }

  static Secret secret(DiscoveryResponse response) throws Exception {
    return response.getResources(0).unpack(Secret.class);
  }

  static Secret secret(DeltaDiscoveryResponse response) throws Exception {
    return response.getResources(0).getResource().unpack(Secret.class);
  }

  private static <R> StreamObserver<R> into(BlockingQueue<Object> heard) {
    return new StreamObserver<>() {
      @Override
      public void onNext(R answer) {
        heard.add(answer);
      }

      @Override
      public void onError(Throwable refused) {
        heard.add(refused);
      }

      @Override
      public void onCompleted() {}
    };
  }

  @Override
  public void close() {
    channel.shutdownNow();
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
