package io.tombolo.testbed;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.Callable;

/// Where a process runs and where sockets are opened: the machine itself or a host of a [Topology].
public sealed interface Place permits Loopback, Host {
  int CONNECT_MILLIS = 1_000;

  /// Names the place in messages and logs.
  String name();

  /// The address at which the test itself reaches what listens here.
  String address();

  /// The address to which a server binds so that everyone who should can reach it.
  String bindAddress();

  /// The address by which other hosts know it.
  String peerAddress();

  /// The command that runs `command` here. It keeps its process id.
  List<String> entering(List<String> command);

  /// Runs a task whose sockets are those of this place. It must open them on the calling thread.
  <T> T call(Callable<T> task) throws Exception;

  /// A TCP port that nothing listens on here.
  default int freePort() {
    return open(() -> {
      try (var socket = new ServerSocket(0)) {
        return socket.getLocalPort();
      }
    });
  }

  /// Sends an HTTP request from here.
  default HttpCall.Reply http(HttpCall call) throws IOException {
    try {
      return call(call::send);
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("HTTP call from " + name() + " failed", e);
    }
  }

  /// Makes something that has a socket of this place from its beginning, such as a channel.
  default <T> T open(Callable<T> maker) {
    try {
      return call(maker);
    } catch (Exception e) {
      throw new IllegalStateException("cannot open a socket at " + name(), e);
    }
  }

  /// Opens a TCP connection from here, within a second.
  default Socket connect(String address, int port) throws IOException {
    var channel = open(() -> SocketChannel.open(StandardProtocolFamily.INET));
    try {
      channel.socket().connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
      return channel.socket();
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// Can a TCP connection be opened from here within a second?
  default boolean reaches(String address, int port) {
    try (var socket = connect(address, port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
