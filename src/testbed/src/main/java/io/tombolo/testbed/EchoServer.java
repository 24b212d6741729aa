package io.tombolo.testbed;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A service that says who it is and who called: over HTTP/1.1 and gRPC as JSON `{server, protocol,
/// said, xfcc}`, where `xfcc` is the `x-forwarded-client-cert` that its proxy has added; over TCP,
/// for each line, its name and that line.
public final class EchoServer implements AutoCloseable {
  private static final String XFCC = "x-forwarded-client-cert";
  private static final Metadata.Key<String> XFCC_KEY =
      Metadata.Key.of(XFCC, Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<String> CALLER = Context.keyWithDefault(XFCC, "");

  private final String name;
  private final HttpServer http;
  private final Server grpc;
  private final NioEventLoopGroup loop;
  private final ServerSocket tcp;

  /// Where it listens. Port 0 is any free one.
  public record Listen(String address, int http, int grpc, int tcp) {}

  private EchoServer(String name, Place place, Listen listen) throws Exception {
    this.name = name;
    this.loop = new NioEventLoopGroup(1);
    this.tcp =
        place.call(() -> new ServerSocket(listen.tcp, 128, InetAddress.ofLiteral(listen.address)));
    this.http =
        place.call(
            () -> HttpServer.create(new InetSocketAddress(listen.address, listen.http), 128));
    this.grpc =
        NettyServerBuilder.forAddress(new InetSocketAddress(listen.address, listen.grpc))
            .channelFactory(() -> place.open(NioServerSocketChannel::new))
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .directExecutor()
            .addService(service())
            .intercept(new Reading())
            .build();
  }

  /// Starts one in this JVM, its sockets at `place`.
  public static EchoServer start(String name, Place place, Listen listen) throws IOException {
    keepConnections();
    try {
      var server = new EchoServer(name, place, listen);
      server.http.createContext("/", server::answer);
      server.http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.http.start();
      server.grpc.start();
      Thread.ofVirtual().name(name + " tcp").start(server::accept);
      return server;
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("echo server %s at %s does not start".formatted(name, listen), e);
    }
  }

  /// A proxy's kept connection must not be closed under a request, nor its answer be delayed.
  private static void keepConnections() {
    System.setProperty("sun.net.httpserver.idleInterval", "3600");
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  /// The command of one as a process of its own.
  public static Daemon.Spec process(String name, Place place, Listen listen) {
    return Daemon.java(
        "echo-" + name,
        place,
        EchoServer.class,
        name,
        listen.address,
        Integer.toString(listen.http),
        Integer.toString(listen.grpc),
        Integer.toString(listen.tcp));
  }

  /// Runs until killed. Arguments: its name, its address, the ports of HTTP, gRPC and TCP.
  public static void main(String[] arguments) throws Exception {
    var listen =
        new Listen(
            arguments[1],
            Integer.parseInt(arguments[2]),
            Integer.parseInt(arguments[3]),
            Integer.parseInt(arguments[4]));
    try (var _ = start(arguments[0], new Loopback(), listen)) {
      System.out.println(arguments[0] + " listens at " + listen);
      new CountDownLatch(1).await();
    }
  }

  public int httpPort() {
    return http.getAddress().getPort();
  }

  public int grpcPort() {
    return grpc.getPort();
  }

  public int tcpPort() {
    return tcp.getLocalPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      var caller = exchange.getRequestHeaders().getFirst(XFCC);
      var said = exchange.getRequestURI().getRawPath().substring(1);
      var body = json("http", said, caller == null ? "" : caller).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("content-type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private ServerServiceDefinition service() {
    return ServerServiceDefinition.builder(EchoMethod.SERVICE)
        .addMethod(
            EchoMethod.SAY,
            ServerCalls.asyncUnaryCall((said, answers) -> {
              answers.onNext(json("grpc", said, CALLER.get()));
              answers.onCompleted();
            }))
        .build();
  }

  /// Hands the proxy's word about the caller to the method.
  private record Reading() implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      var caller = headers.get(XFCC_KEY);
      var context = Context.current().withValue(CALLER, caller == null ? "" : caller);
      return Contexts.interceptCall(context, call, headers, next);
    }
  }

  private String json(String protocol, String said, String xfcc) {
    return "{\"server\": \"%s\", \"protocol\": \"%s\", \"said\": \"%s\", \"xfcc\": \"%s\"}"
        .formatted(name, protocol, escape(said), escape(xfcc));
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", "?");
  }

  private void accept() {
    while (!tcp.isClosed()) {
      try {
        var socket = tcp.accept();
        Thread.ofVirtual().name(name + " tcp connection").start(() -> echo(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void echo(Socket socket) {
    try (socket;
        var reader =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      socket.setTcpNoDelay(true);
      for (var line = reader.readLine(); line != null; line = reader.readLine()) {
        socket.getOutputStream().write((name + " " + line + "\n").getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException ignored) {
      // The caller went away.
    }
  }

  @Override
  public void close() {
    http.stop(0);
    grpc.shutdownNow();
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    try {
      tcp.close();
    } catch (IOException ignored) {
      // It is given up anyway.
    }
  }
}
