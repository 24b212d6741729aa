package io.tombolo.testbed;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/// Calls the gRPC side of an [EchoServer].
final class GrpcCaller implements Caller {
  private static final long PATIENCE_SECONDS = 5;

  private final NioEventLoopGroup loop = new NioEventLoopGroup(1);
  private final ManagedChannel channel;

  GrpcCaller(Place from, String address, int port) {
    channel =
        NettyChannelBuilder.forAddress(new InetSocketAddress(address, port))
            .usePlaintext()
            .disableRetry()
            .proxyDetector(_ -> null)
            .eventLoopGroup(loop)
            .channelFactory(() -> from.open(NioSocketChannel::new))
            .build();
  }

  @Override
  public String call(String word) throws IOException {
    try {
      var options = CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return ClientCalls.blockingUnaryCall(channel, EchoMethod.SAY, options, word);
    } catch (StatusRuntimeException e) {
      throw new IOException("gRPC " + e.getStatus(), e);
    }
  }

  @Override
  public long connections() {
    return 0;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
