package io.tombolo.bench;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.tombolo.testbed.Loopback;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Simulated proxies, each with one connection and one ADS stream. While the port is closed they
/// wait; once it opens they connect within half a second, each at a moment of its own, and again
/// when their stream breaks, with the pauses that Envoy makes.
final class Fleet implements AutoCloseable {
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(30);

  private final int port;
  private final Records records;
  private final NioEventLoopGroup loops = new NioEventLoopGroup(1);
  private final MethodDescriptor<DeltaDiscoveryRequest, byte[]> method;
  private final List<Thread> threads = new ArrayList<>();
  private final Gate gate;
  private volatile boolean closed;

  private Fleet(int port, Records records) {
    this.port = port;
    this.records = records;
    this.gate = new Gate(() -> new Loopback().reaches("127.0.0.1", port));
    var described = AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod();
    this.method = described.toBuilder(described.getRequestMarshaller(), new Raw()).build();
  }

  /// Starts proxies 0 to `size - 1`.
  static Fleet start(int port, int size, IntFunction<Node> nodes, Records records) {
    var fleet = new Fleet(port, records);
    var vocabulary = new Vocabulary();
    for (int i = 0; i < size; i++) {
      var proxy = new SimulatedProxy(nodes.apply(i), vocabulary, records);
      fleet.threads.add(
          Thread.ofVirtual().name("proxy-" + i).start(() -> fleet.keepConnected(proxy)));
    }
    return fleet;
  }

  /// When the port last opened, as [System#nanoTime].
  long opened() {
    return gate.opened();
  }

  private void keepConnected(SimulatedProxy proxy) {
    try {
      long pause = FIRST_PAUSE;
      while (!closed) {
        gate.await();
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(pause));
        boolean spoke = !closed && session(proxy);
        pause = spoke ? FIRST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /// One stream to its end; did the control plane say anything?
  private boolean session(SimulatedProxy proxy) throws InterruptedException {
    var channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .directExecutor()
            .eventLoopGroup(loops)
            .channelType(NioSocketChannel.class)
            .maxInboundMessageSize(1 << 30)
            .build();
    var stream = new Stream(proxy);
    try {
      ClientCalls.asyncBidiStreamingCall(channel.newCall(method, CallOptions.DEFAULT), stream);
      stream.ended.await();
    } finally {
      channel.shutdownNow();
    }
    if (!closed) {
      records.broken(proxy);
      gate.shut();
    }
    return stream.spoke;
  }

  /// One stream of a proxy.
  private static final class Stream
      implements ClientResponseObserver<DeltaDiscoveryRequest, byte[]> {
    private final SimulatedProxy proxy;
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable ClientCallStreamObserver<DeltaDiscoveryRequest> requests;
    private volatile boolean spoke;

    Stream(SimulatedProxy proxy) {
      this.proxy = proxy;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> observer) {
      requests = observer;
      var first = new AtomicBoolean();
      observer.setOnReadyHandler(() -> {
        if (first.compareAndSet(false, true)) {
          proxy.open(observer);
        }
      });
    }

    @Override
    public void onNext(byte[] message) {
      spoke = true;
      proxy.receive(Answer.of(message), Objects.requireNonNull(requests));
    }

    @Override
    public void onError(Throwable cause) {
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }
  }

  /// Hands messages through as they are.
  private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      throw new UnsupportedOperationException("proxies only receive these");
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException broken) {
        throw new UncheckedIOException("a message ends early", broken);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
    for (var thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }
    gate.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
