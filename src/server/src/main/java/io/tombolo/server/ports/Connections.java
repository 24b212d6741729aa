package io.tombolo.server.ports;

import io.grpc.Status;
import io.grpc.StatusException;
import io.tombolo.identity.Ban;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The proxies that are connected, what each has been told, and which were connected and are
/// missed. Thread-safe.
public final class Connections {
  private static final int MOST_LOST = 10_000;
  private static final Status SUPERSEDED =
      Status.ABORTED.withDescription("this proxy has opened a newer stream");

  /// How long a lost mesh gateway is missed: no source tells of it.
  private static final Duration MISSED = Duration.ofHours(1);

  private record Who(String nodeId, SpiffeId identity) {
    static Who of(Connection connection) {
      return new Who(connection.proxy.nodeId(), connection.proxy.identity());
    }
  }

  private final Limits limits;
  private final Clock clock;
  private final Map<Who, SequencedSet<Connection>> open = new HashMap<>();
  private final Map<SpiffeId, Integer> streams = new HashMap<>();
  private final Map<Who, Connection> lost = new LinkedHashMap<>();

  public Connections(Limits limits, Clock clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /// All that are connected, by node.
  public synchronized List<Connection> all() {
    return open.values().stream()
        .flatMap(SequencedSet::stream)
        .sorted(Comparator.comparing(c -> c.proxy().nodeId()))
        .toList();
  }

  /// The newest connection of each proxy, and the last one of each that is missed: that has none
  /// although its workload is still there.
  public synchronized List<Connection> known(Mesh mesh) {
    lost.values().removeIf(connection -> !isMissed(connection, mesh));
    var known = new ArrayList<>(lost.values());
    open.values().forEach(ofProxy -> known.add(ofProxy.getLast()));
    return known;
  }

  private boolean isMissed(Connection connection, Mesh mesh) {
    return switch (connection.proxy.role()) {
      case Proxy.Role.Sidecar(), Proxy.Role.GrpcServer() ->
          mesh.servedBy().containsKey(connection.proxy.nodeId());
      case Proxy.Role.MeshGateway() -> {
        var lostAt = connection.lostAt;
        yield lostAt != null && lostAt.plus(MISSED).isAfter(clock.instant());
      }
    };
  }

  /// @param provenNode the node id that was proven, whatever the proxy says; empty if none was
  /// @param loop where the session may be looked at
  /// @param end ends the stream, on that loop, and tells its proxy why
  /// @throws StatusException RESOURCE_EXHAUSTED if its identity has as many streams as it may have
  synchronized Connection add(
      Proxy proxy, String provenNode, Session<?> session, Executor loop, Consumer<Status> end)
      throws StatusException {
    var connection = new Connection(proxy, provenNode, session, loop, end, clock.instant());
    var who = Who.of(connection);
    var ofProxy = open.get(who);
    if (ofProxy != null && ofProxy.size() >= limits.streamsPerNode()) {
      var oldest = ofProxy.getFirst();
      oldest.end(SUPERSEDED);
    } else if (streams.getOrDefault(proxy.identity(), 0) >= limits.streamsPerIdentity()) {
      throw Status.RESOURCE_EXHAUSTED
          .withDescription(
              "%s has %d streams, as many as one identity may have"
                      .formatted(proxy.identity(), limits.streamsPerIdentity())
                  + " (tombolo.xds.max-streams-per-identity)")
          .asException();
    }
    open.computeIfAbsent(who, _ -> new LinkedHashSet<>()).add(connection);
    streams.merge(proxy.identity(), 1, Integer::sum);
    lost.remove(who);
    return connection;
  }

  /// Ends the streams of whoever is banned, at their next turns.
  public synchronized void end(Ban ban) {
    open.values().stream()
        .flatMap(SequencedSet::stream)
        .filter(connection -> connection.isCoveredBy(ban))
        .forEach(connection -> connection.end(banned(ban)));
  }

  /// What is said to whom is banned.
  static Status banned(Ban ban) {
    return Status.PERMISSION_DENIED.withDescription(ban.toString());
  }

  private synchronized void lose(Connection connection) {
    var who = Who.of(connection);
    streams.computeIfPresent(who.identity, (_, count) -> count == 1 ? null : count - 1);
    var left =
        open.computeIfPresent(
            who,
            (_, ofProxy) -> {
              ofProxy.remove(connection);
              return ofProxy.isEmpty() ? null : ofProxy;
            });
    if (left == null) {
      lost.put(who, connection);
      if (lost.size() > MOST_LOST) {
        lost.remove(lost.keySet().iterator().next());
      }
    }
  }

  /// One connected proxy.
  public final class Connection implements AutoCloseable {
    private final Proxy proxy;
    private final String provenNode;
    private final Session<?> session;
    private final Executor loop;
    private final Consumer<Status> end;
    private final Instant since;
    private volatile @Nullable Instant lostAt;

    private Connection(
        Proxy proxy,
        String provenNode,
        Session<?> session,
        Executor loop,
        Consumer<Status> end,
        Instant since) {
      this.proxy = proxy;
      this.provenNode = provenNode;
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

    private boolean isCoveredBy(Ban ban) {
      return ban.covers(proxy.identity(), proxy.nodeId())
          || ban.covers(proxy.identity(), provenNode);
    }

    private void end(Status why) {
      loop.execute(() -> end.accept(why));
    }

    /// What it has been told, said at the stream's next turn.
    public CompletableFuture<Delivery> delivery() {
      return CompletableFuture.supplyAsync(session::delivery, loop);
    }

    /// How it stands to a revision, said at the stream's next turn.
    public CompletableFuture<Receipt.Report> report(long revision) {
      return CompletableFuture.supplyAsync(
          () ->
              new Receipt.Report(
                  new Standing.Stream(proxy, since, lostAt),
                  session.seen(),
                  session.demands(),
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
