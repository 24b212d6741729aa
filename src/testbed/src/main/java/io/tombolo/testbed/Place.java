package io.tombolo.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.Callable;

/// Where a process runs and where sockets are opened: the machine itself or a host of a [Topology].
public sealed interface Place permits Loopback, Host {

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
    try {
      return call(() -> {
        try (var socket = new ServerSocket(0)) {
          return socket.getLocalPort();
        }
      });
    } catch (IOException e) {
      throw new UncheckedIOException("no free port at " + name(), e);
    } catch (Exception e) {
      throw new IllegalStateException("no free port at " + name(), e);
    }
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
}
