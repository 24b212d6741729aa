package io.tombolo.server.ports;

import io.grpc.Status;
import io.grpc.StatusException;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.xds.delivery.Delivery;
import io.tombolo.xds.delivery.Session;
import io.tombolo.xds.receipt.Receipt;
import io.tombolo.xds.receipt.Standing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The proxies that are connected, what each has been told, and which were connected and are
/// missed. Thread-safe.
public final class Connections {
  private static final int MOST_LOST = 10_000;

  /// How long a lost proxy is missed that no source tells of, such as a mesh gateway.
  private static final Duration MISSED = Duration.ofHours(1);

  private record Who(String nodeId, SpiffeId identity) {
    static Who of(Connection connection) {
      return new Who(connection.proxy.nodeId(), connection.proxy.identity());
    }
  }

  private final Limits limits;
  private final Clock clock;
  private final Map<SpiffeId, Integer> byIdentity = new ConcurrentHashMap<>();
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();
  private final Map<Who, Connection> lost = new LinkedHashMap<>();

  public Connections(Limits limits, Clock clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /// All that are connected, by node.
  public List<Connection> all() {
    return open.stream().sorted(Comparator.comparing(c -> c.proxy().nodeId())).toList();
  }

  /// The newest connection of each proxy, and the last one of each that is missed: that has none
  /// although its workload is still there.
  public List<Connection> known(Mesh mesh) {
    var newest = new HashMap<Who, Connection>();
    synchronized (lost) {
      lost.values().removeIf(connection -> !isMissed(connection, mesh));
      newest.putAll(lost);
    }
    open.stream()
        .sorted(Comparator.comparing(Connection::since))
        .forEach(connection -> newest.put(Who.of(connection), connection));
    return new ArrayList<>(newest.values());
  }

  private boolean isMissed(Connection connection, Mesh mesh) {
    var lostAt = connection.lostAt;
    return mesh.servedBy().containsKey(connection.proxy.nodeId())
        || lostAt == null
        || lostAt.plus(MISSED).isAfter(clock.instant());
  }

  /// @param loop where the session may be looked at
  /// @param end ends the stream in favour of a newer one of the same proxy, on that loop
  /// @throws StatusException RESOURCE_EXHAUSTED if its identity has as many streams as it may have
  Connection add(Proxy proxy, Session<?> session, Executor loop, Runnable end)
      throws StatusException {
    var connection = new Connection(proxy, session, loop, end, clock.instant());
    var superseded = superseded(connection);
    if (superseded.isEmpty() && of(proxy.identity()) >= limits.streamsPerIdentity()) {
      throw Status.RESOURCE_EXHAUSTED
          .withDescription(
              "%s has %d streams, as many as one identity may have (tombolo.xds.max-streams-per-identity)"
                  .formatted(proxy.identity(), limits.streamsPerIdentity()))
          .asException();
    }
    superseded.ifPresent(old -> old.loop.execute(old.end));
    open.add(connection);
    byIdentity.merge(proxy.identity(), 1, Integer::sum);
    synchronized (lost) {
      lost.remove(Who.of(connection));
    }
    return connection;
  }

  private int of(SpiffeId identity) {
    return byIdentity.getOrDefault(identity, 0);
  }

  /// The oldest stream of a proxy that has as many as it may have.
  private Optional<Connection> superseded(Connection newest) {
    var who = Who.of(newest);
    var others = open.stream().filter(other -> Who.of(other).equals(who)).toList();
    return others.size() < limits.streamsPerNode()
        ? Optional.empty()
        : others.stream().min(Comparator.comparing(Connection::since));
  }

  private void lose(Connection connection) {
    open.remove(connection);
    byIdentity.computeIfPresent(
        connection.proxy.identity(), (_, count) -> count == 1 ? null : count - 1);
    var who = Who.of(connection);
    if (open.stream().noneMatch(other -> Who.of(other).equals(who))) {
      synchronized (lost) {
        lost.put(who, connection);
        if (lost.size() > MOST_LOST) {
          lost.remove(lost.keySet().iterator().next());
        }
      }
    }
  }

  /// One connected proxy.
  public final class Connection implements AutoCloseable {
    private final Proxy proxy;
    private final Session<?> session;
    private final Executor loop;
    private final Runnable end;
    private final Instant since;
    private volatile @Nullable Instant lostAt;

    private Connection(
        Proxy proxy, Session<?> session, Executor loop, Runnable end, Instant since) {
      this.proxy = proxy;
      this.session = session;
      this.loop = loop;
      this.end = end;
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

    /// How it stands to a revision, said at the stream's next turn.
    public CompletableFuture<Receipt.Report> report(long revision) {
      return CompletableFuture.supplyAsync(
          () ->
              new Receipt.Report(
                  new Standing.Stream(proxy, since, lostAt),
                  session.seen(),
                  session.lacking(revision)),
          loop);
    }

    @Override
    public void close() {
      lostAt = clock.instant();
      lose(this);
    }
  }
}
