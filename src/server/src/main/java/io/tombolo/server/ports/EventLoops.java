package io.tombolo.server.ports;

import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tombolo.server.model.Model;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;

/// The event loops of the gRPC ports, one for each core, and the ADS streams of each. To be told of
/// each new model. Thread-safe.
public final class EventLoops implements Consumer<Model>, AutoCloseable {
  private final EventLoopGroup acceptor;
  private final EventLoopGroup workers;
  private final Class<? extends ServerChannel> channel;
  private final List<StreamLoop> loops;

  public EventLoops() {
    int cores = Math.max(2, Runtime.getRuntime().availableProcessors());
    // epoll wakes up and flushes for about half of what the JDK's selector takes.
    boolean epoll = Epoll.isAvailable();
    acceptor = epoll ? new EpollEventLoopGroup(1, named("accept")) : nio(1, "accept");
    workers = epoll ? new EpollEventLoopGroup(cores, named("grpc")) : nio(cores, "grpc");
    channel = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    loops = StreamSupport.stream(workers.spliterator(), false).map(StreamLoop::new).toList();
  }

  private static EventLoopGroup nio(int threads, String name) {
    return new NioEventLoopGroup(threads, named(name));
  }

  private static DefaultThreadFactory named(String name) {
    return new DefaultThreadFactory(name, true);
  }

  NettyServerBuilder serve(NettyServerBuilder builder) {
    return builder.bossEventLoopGroup(acceptor).workerEventLoopGroup(workers).channelType(channel);
  }

  /// The loop that this code runs on.
  StreamLoop current() {
    return loops.stream().filter(StreamLoop::isCurrent).findFirst().orElseThrow();
  }

  /// There is a new model: every stream gets a turn.
  @Override
  public void accept(Model model) {
    loops.forEach(StreamLoop::wake);
  }

  @Override
  public void close() {
    for (var group : List.of(acceptor, workers)) {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }
}
