package io.tombolo.mesh.catalog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Passes TCP connections on, and can be cut: a world behind it is out of reach for whoever comes
/// through here, and can be changed by the test all the same. Thread-safe.
public final class Relay implements AutoCloseable {
  private final InetSocketAddress target;
  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile @Nullable ServerSocket listener;

  /// Starts to pass connections on.
  public Relay(InetSocketAddress target) {
    this.target = target;
    this.port = listen(0);
  }

  /// Where it listens, on 127.0.0.1; stays the same.
  public int port() {
    return port;
  }

  /// Closes every connection and takes no new one.
  public void cut() {
    var listening = listener;
    listener = null;
    close(listening);
    open.forEach(Relay::close);
    open.clear();
  }

  /// Passes connections on again.
  public void mend() {
    listen(port);
  }

  private int listen(int wanted) {
    try {
      var listening = new ServerSocket();
      listening.setReuseAddress(true);
      listening.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), wanted));
      listener = listening;
      Thread.ofVirtual().start(() -> accept(listening));
      return listening.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on 127.0.0.1:" + wanted, e);
    }
  }

  private void accept(ServerSocket listening) {
    while (!listening.isClosed()) {
      try {
        pass(listening, listening.accept());
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void pass(ServerSocket listening, Socket near) {
    open.add(near);
    var far = new Socket();
    open.add(far);
    Thread.ofVirtual()
        .start(() -> {
          try {
            far.connect(target);
            Thread.ofVirtual().start(() -> copy(far, near));
            copy(near, far);
          } catch (IOException unreachable) {
            close(near);
          }
        });
    if (listening.isClosed()) {
      close(near);
      close(far);
    }
  }

  private void copy(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException closed) {
      // The other end, or a cut: both sockets are closed either way.
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private static void close(@Nullable AutoCloseable socket) {
    if (socket != null) {
      try {
        socket.close();
      } catch (Exception alreadyGone) {
        // That is what is wanted.
      }
    }
  }

  @Override
  public void close() {
    cut();
  }
}
