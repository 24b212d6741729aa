package io.tombolo.agent;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A gRPC server on a Unix socket that only its owner can open (mode 0600), and that hears only
/// processes which [PeerGate] admits.
final class AgentSocket implements AutoCloseable {
  private static final int LONGEST_PATH = 107;
  private final Path path;
  private final Server server;
  private final EpollEventLoopGroup loop;

  private AgentSocket(Path path, Server server, EpollEventLoopGroup loop) {
    this.path = path;
    this.server = server;
    this.loop = loop;
  }

  /// Binds the socket in a directory that nobody else can enter and moves it to its place with its
  /// mode set, so that there is no moment in which someone else could connect.
  static AgentSocket open(Path path, List<ServerServiceDefinition> services) throws IOException {
    var directory = directory(path);
    refuseIfInUse(path);
    var hidden = Files.createTempDirectory(directory, ".s", ownerOnly("rwx------"));
    var bound = hidden.resolve("s");
    requireShort(directory, bound);
    int owner = (int) Files.getAttribute(hidden, "unix:uid");
    var loop = new EpollEventLoopGroup(1);
    try {
      var server = builder(bound, owner, loop).addServices(services).build().start();
      Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString("rw-------"));
      Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE);
      return new AgentSocket(path, server, loop);
    } catch (IOException | RuntimeException failed) {
      var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw failed;
    } finally {
      Files.deleteIfExists(bound);
      Files.deleteIfExists(hidden);
    }
  }

  private static NettyServerBuilder builder(Path bound, int owner, EpollEventLoopGroup loop) {
    return NettyServerBuilder.forAddress(new DomainSocketAddress(bound.toFile()))
        .channelFactory(() -> gated(owner))
        .bossEventLoopGroup(loop)
        .workerEventLoopGroup(loop)
        // Unix sockets have no such option, and gRPC would set it: null takes it away.
        .withChildOption(ChannelOption.SO_KEEPALIVE, null)
        .directExecutor();
  }

  private static EpollServerDomainSocketChannel gated(int owner) {
    var listening = new EpollServerDomainSocketChannel();
    listening.pipeline().addLast(new PeerGate(owner));
    return listening;
  }

  private static Path directory(Path path) throws IOException {
    var directory = path.toAbsolutePath().getParent();
    if (directory == null) {
      throw new IllegalArgumentException("the socket " + path + " must be in a directory");
    }
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory, ownerOnly("rwx------"));
    }
    return directory;
  }

  private static void refuseIfInUse(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.readAttributes(path, "isOther", LinkOption.NOFOLLOW_LINKS).containsValue(true)) {
      throw new IllegalArgumentException(
          path + " is not a socket; the agent does not replace it: remove it or name another path");
    }
    try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      throw new IllegalStateException(
          "another process serves on " + path + "; stop it or name another path");
    } catch (IOException _) {
      // Nobody listens: it is what a killed agent left, and is replaced.
    }
  }

  private static void requireShort(Path directory, Path bound) {
    if (bound.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
      throw new IllegalArgumentException(
          "the directory of the socket, %s, has too long a name: Unix sockets have at most %d bytes"
              .formatted(directory, LONGEST_PATH));
    }
  }

  private static FileAttribute<?> ownerOnly(String mode) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
  }

  @Override
  public void close() {
    server.shutdownNow();
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    try {
      Files.deleteIfExists(path);
    } catch (IOException _) {
      // The next agent replaces it.
    }
  }
}
