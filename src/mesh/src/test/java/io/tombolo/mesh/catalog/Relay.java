package io.tombolo.mesh.catalog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Passes TCP connections on, and can be cut: a world behind it is out of reach for whoever comes
/// through here, and can be changed by the test all the same. Thread-safe.
public final class Relay implements AutoCloseable {
  private final InetSocketAddress target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ServerSocket listener;
  private volatile boolean whole = true;

  /// Starts to pass connections on.
  public Relay(InetSocketAddress target) {
    this.target = target;
    try {
      listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on 127.0.0.1", e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /// Where it listens, on 127.0.0.1; stays the same.
  public int port() {
    return listener.getLocalPort();
  }

  /// Closes every connection, and each new one at once. The port stays taken: it is one of those
  /// that callers are given, and one that tries again and again would come to be its own peer
  /// there.
  public void cut() {
    whole = false;
    open.forEach(Relay::close);
    open.clear();
  }

  /// Passes connections on again.
  public void mend() {
    whole = true;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        pass(listener.accept());
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void pass(Socket near) {
    if (!whole) {
      close(near);
      return;
    }
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
    if (!whole) {
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

  private static void close(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception alreadyGone) {
      // That is what is wanted.
    }
  }

  @Override
  public void close() {
    cut();
    close(listener);
  }
}
