package io.tombolo.server.ports;

import io.tombolo.mesh.scope.Proxy;
import io.tombolo.xds.delivery.Delivery;
import io.tombolo.xds.delivery.Session;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/// The proxies that are connected now, and what each has been told. Thread-safe.
public final class Connections {
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();

  /// All of them, by node.
  public List<Connection> all() {
    return open.stream()
        .sorted((a, b) -> a.proxy().nodeId().compareTo(b.proxy().nodeId()))
        .toList();
  }

  /// @param loop where the session may be looked at
  Connection add(Proxy proxy, Session<?> session, Executor loop, Instant now) {
    var connection = new Connection(proxy, session, loop, now);
    open.add(connection);
    return connection;
  }

  /// One connected proxy.
  public final class Connection implements AutoCloseable {
    private final Proxy proxy;
    private final Instant since;
    private final Session<?> session;
    private final Executor loop;

    private Connection(Proxy proxy, Session<?> session, Executor loop, Instant since) {
      this.proxy = proxy;
      this.session = session;
      this.loop = loop;
      this.since = since;
    }

    public Proxy proxy() {
      return proxy;
    }

    public Instant since() {
      return since;
    }

    /// What it has been told. Waits for the stream's turn; not to be called on an event loop.
    public Delivery delivery() {
      return CompletableFuture.supplyAsync(session::delivery, loop).join();
    }

    @Override
    public void close() {
      open.remove(this);
    }
  }
}
