package io.tombolo.cli.demo;

import io.tombolo.cli.CommandFailed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Collection;

/// Which addresses of this machine are free.
final class Ports {
  private Ports() {}

  /// @throws CommandFailed if one of them is in use, or not an address of this machine
  static void requireFree(Collection<Listening> addresses) {
    for (var address : addresses) {
      try {
        bind(address.address(), address.port());
      } catch (IOException taken) {
        throw new CommandFailed(
            "%s, which the demo needs, cannot be had: %s. Is another demo running? `ss -ltnp` shows"
                    .formatted(address, taken.getMessage())
                + " who listens there; end that first.",
            taken);
      }
    }
  }

  /// This port of 127.0.0.1 if it is free, and any free one otherwise.
  static int free(int wanted) {
    try {
      return bind("127.0.0.1", wanted);
    } catch (IOException taken) {
      try {
        return bind("127.0.0.1", 0);
      } catch (IOException none) {
        throw new CommandFailed("no port of 127.0.0.1 is free: " + none.getMessage(), none);
      }
    }
  }

  private static int bind(String address, int port) throws IOException {
    try (var socket = new ServerSocket(port, 1, InetAddress.ofLiteral(address))) {
      return socket.getLocalPort();
    }
  }

  /// Where something is going to listen.
  record Listening(String address, int port) {
    @Override
    public String toString() {
      return address + ":" + port;
    }
  }
}
