package io.tombolo.server.ports;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/// The port that tells other trust domains our bundle (SPIFFE Federation, section 5): TLS 1.3, `GET
/// /`, open to everyone, one request for each connection. Thread-safe.
public final class BundlePort implements AutoCloseable {
  private static final int MOST_CONNECTIONS = 256;
  private static final int HANDSHAKE_SECONDS = 5;
  private static final int CONNECTION_SECONDS = 15;
  private static final int MOST_LINE = 1024;
  private static final int MOST_HEADERS = 8192;
  private static final List<String> CIPHERS =
      List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  /// Longer than a ticket may be good for (RFC 8446, section 4.6.1): then Java sends none.
  private static final int NO_TICKETS = 8 * 24 * 3600;

  private final EventLoopGroup loop =
      new NioEventLoopGroup(1, new DefaultThreadFactory("bundle-endpoint", true));
  private final AtomicInteger open = new AtomicInteger();
  private final SslContext tls;
  private final Supplier<byte[]> bundle;
  private final Channel channel;

  private BundlePort(InetSocketAddress address, OwnKey key, Supplier<byte[]> bundle)
      throws IOException {
    this.bundle = bundle;
    tls = tls(key);
    var bound =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel connection) {
                    accept(connection);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw new IOException(
          "tombolo.federation.endpoint: cannot listen on %s: %s"
              .formatted(address, bound.cause().getMessage()),
          bound.cause());
    }
    channel = bound.channel();
  }

  /// Shows the control plane's own SVID: the profile `https_spiffe`.
  ///
  /// @param bundle what is served, as it is now
  public static BundlePort spiffe(
      InetSocketAddress address, OwnCertificate own, Supplier<byte[]> bundle) throws IOException {
    return new BundlePort(address, new OwnKey(own::newest), bundle);
  }

  /// Shows a certificate for its host name: the profile `https_web`.
  ///
  /// @param bundle what is served, as it is now
  public static BundlePort web(
      InetSocketAddress address, WebCertificate certificate, Supplier<byte[]> bundle)
      throws IOException {
    return new BundlePort(address, new OwnKey(certificate::newest), bundle);
  }

  private static SslContext tls(OwnKey key) throws IOException {
    try {
      var context = SSLContext.getInstance("TLSv1.3");
      context.init(new KeyManager[] {key}, null, new SecureRandom());
      context.getServerSessionContext().setSessionTimeout(NO_TICKETS);
      return new JdkSslContext(
          context,
          false,
          CIPHERS,
          SupportedCipherSuiteFilter.INSTANCE,
          ApplicationProtocolConfig.DISABLED,
          ClientAuth.NONE,
          new String[] {"TLSv1.3"},
          false);
    } catch (GeneralSecurityException unsupported) {
      throw new IOException("this JDK cannot speak TLS 1.3", unsupported);
    }
  }

  private void accept(SocketChannel connection) {
    if (open.incrementAndGet() > MOST_CONNECTIONS) {
      open.decrementAndGet();
      var _ = connection.close();
      return;
    }
    var deadline =
        connection
            .eventLoop()
            .schedule(() -> closed(connection), CONNECTION_SECONDS, TimeUnit.SECONDS);
    connection
        .closeFuture()
        .addListener(_ -> {
          deadline.cancel(false);
          open.decrementAndGet();
        });
    var handshake = tls.newHandler(connection.alloc());
    handshake.setHandshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS);
    connection
        .pipeline()
        .addLast(handshake)
        .addLast(new HttpServerCodec(MOST_LINE, MOST_HEADERS, MOST_HEADERS))
        .addLast(new Answer());
  }

  private static boolean closed(Channel connection) {
    var _ = connection.close();
    return true;
  }

  /// Answers the first request of a connection, and closes it.
  private final class Answer extends SimpleChannelInboundHandler<HttpRequest> {
    @Override
    protected void channelRead0(ChannelHandlerContext connection, HttpRequest request) {
      if (request.decoderResult().isFailure()) {
        send(connection, HttpResponseStatus.BAD_REQUEST, new byte[0]);
      } else if (!new QueryStringDecoder(request.uri()).path().equals("/")) {
        send(connection, HttpResponseStatus.NOT_FOUND, new byte[0]);
      } else if (!request.method().equals(HttpMethod.GET)) {
        send(connection, HttpResponseStatus.METHOD_NOT_ALLOWED, new byte[0]);
      } else {
        send(connection, HttpResponseStatus.OK, bundle.get());
      }
    }

    private void send(ChannelHandlerContext connection, HttpResponseStatus status, byte[] body) {
      connection.pipeline().remove(this);
      var response =
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
      var headers =
          response
              .headers()
              .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
              .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
              .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      if (status.equals(HttpResponseStatus.OK)) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
      } else if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
        headers.set(HttpHeaderNames.ALLOW, HttpMethod.GET);
      }
      connection.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext connection, Throwable broken) {
      var _ = connection.close();
    }
  }

  public int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
