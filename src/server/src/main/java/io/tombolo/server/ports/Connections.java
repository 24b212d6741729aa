package io.tombolo.server.ports;

import io.tombolo.mesh.scope.Proxy;
import io.tombolo.xds.delivery.Delivery;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The proxies that are connected now, and what each has been told. Thread-safe.
public final class Connections {
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();

  /// All of them, by node.
  public List<Connection> all() {
    return open.stream()
        .sorted((a, b) -> a.proxy().nodeId().compareTo(b.proxy().nodeId()))
        .toList();
  }

  Connection add(Proxy proxy, Instant now) {
    var connection = new Connection(proxy, now);
    open.add(connection);
    return connection;
  }

  /// One connected proxy.
  public final class Connection implements AutoCloseable {
    private final Proxy proxy;
    private final Instant since;
    private volatile @Nullable Delivery delivery;

    private Connection(Proxy proxy, Instant since) {
      this.proxy = proxy;
      this.since = since;
    }

    public Proxy proxy() {
      return proxy;
    }

    public Instant since() {
      return since;
    }

    /// What it has been told, or null before the first answer.
    public @Nullable Delivery delivery() {
      return delivery;
    }

    void delivered(Delivery now) {
      delivery = now;
    }

    @Override
    public void close() {
      open.remove(this);
    }
  }
}
