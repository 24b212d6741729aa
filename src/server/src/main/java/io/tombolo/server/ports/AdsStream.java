package io.tombolo.server.ports;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.xds.delivery.Introduction;
import io.tombolo.xds.delivery.Response;
import io.tombolo.xds.delivery.Session;
import io.tombolo.xds.snapshot.Snapshot;
import io.tombolo.xds.snapshot.View;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One ADS stream. It is told the newest model only, and only when its transport has room, so that
/// a slow proxy skips what came between and nothing queues up. Everything happens on the event loop
/// of its connection.
///
/// @param <Q> the request, delta or state-of-the-world
final class AdsStream<Q> implements StreamObserver<Q> {
  private static final Logger LOG = Logger.getLogger(AdsStream.class);

  private final Dialect<Q> dialect;
  private final Claim caller;
  private final ServerCallStreamObserver<Response> responses;
  private final AdsContext context;
  private final StreamLoop loop;
  private final Pace pace;
  private @Nullable Talk<Q> talk;
  private boolean closed;

  /// What has become of a stream whose proxy is known.
  private static final class Talk<Q> {
    final Proxy proxy;
    final Session<Q> session;
    final Connections.Connection connection;
    @Nullable Snapshot snapshot;
    Set<String> demands = Set.of();
    View view = View.NOTHING;

    Talk(Proxy proxy, Session<Q> session, Connections.Connection connection) {
      this.proxy = proxy;
      this.session = session;
      this.connection = connection;
    }

    /// What the proxy may be told, looked up once for each snapshot and whenever it asks for more.
    @SuppressWarnings("ReferenceEquality") // the newest is another instance
    View view(Snapshot newest) {
      if (newest != snapshot || session.demands() != demands) {
        demands = session.demands();
        view = newest.viewFor(proxy, demands, view);
        snapshot = newest;
      }
      return view;
    }
  }

  AdsStream(
      Dialect<Q> dialect, Claim caller, StreamObserver<Response> responses, AdsContext context) {
    this.dialect = dialect;
    this.caller = caller;
    this.responses = (ServerCallStreamObserver<Response>) responses;
    this.context = context;
    this.loop = context.loops().current();
    this.pace = new Pace(context.limits().requestsPerSecond(), System.nanoTime());
  }

  /// Begins, and gives what takes its requests.
  StreamObserver<Q> open() {
    responses.disableAutoRequest();
    responses.setOnReadyHandler(this::talk);
    responses.setOnCancelHandler(this::close);
    loop.add(this);
    loop.open(this);
    return this;
  }

  /// Is there something to tell?
  boolean mayBegin() {
    return context.model().model().served().isPresent();
  }

  /// Reads its first request.
  void begin() {
    responses.request(1);
  }

  @Override
  public void onNext(Q request) {
    attempt(() -> {
      heard(request);
      loop.readOn(responses, pace);
      say();
    });
  }

  /// Ends it.
  void end(Status why) {
    attempt(() -> {
      throw why.asException();
    });
  }

  /// Says what is new.
  void talk() {
    attempt(this::say);
  }

  @Override
  public void onError(Throwable cause) {
    close();
  }

  @Override
  public void onCompleted() {
    if (close()) {
      responses.onCompleted();
    }
  }

  private interface Step {
    void run() throws StatusException;
  }

  private void attempt(Step step) {
    if (closed) {
      return;
    }
    try {
      step.run();
    } catch (StatusException refused) {
      LOG.warnf("ADS stream of %s refused: %s", caller, refused.getStatus().getDescription());
      close();
      responses.onError(refused);
    } catch (RuntimeException bug) {
      LOG.errorf(bug, "ADS stream of %s failed", caller);
      close();
      responses.onError(Status.INTERNAL.withDescription("see the log").asException());
    }
  }

  private boolean close() {
    if (closed) {
      return false;
    }
    closed = true;
    loop.remove(this);
    if (talk != null) {
      talk.connection.close();
    }
    return true;
  }

  private void heard(Q request) throws StatusException {
    if (talk == null) {
      var proxy = introduced(dialect.node().apply(request));
      var session = dialect.begin().get();
      talk =
          new Talk<>(
              proxy,
              session,
              context.connections().add(proxy, caller.provenNode(), session, loop, this::end));
      requireNotBanned(proxy);
    }
    see(talk);
    talk.session.receive(request, context.clock().instant());
    int most = context.limits().names();
    if (talk.session.names() > most) {
      throw Status.RESOURCE_EXHAUSTED
          .withDescription(
              "resource_names_subscribe: more than the %d names that a stream may ask for (tombolo.xds.max-names)"
                  .formatted(most))
          .asException();
    }
  }

  private void see(Talk<Q> talking) {
    context.model().model().served().ifPresent(s -> talking.session.see(talking.view(s)));
  }

  /// After it is among the connections: whoever is banned meanwhile is found there.
  private void requireNotBanned(Proxy proxy) throws StatusException {
    var bans = context.bans();
    var ban =
        bans.on(proxy.identity(), proxy.nodeId())
            .or(() -> bans.on(proxy.identity(), caller.provenNode()));
    if (ban.isPresent()) {
      throw Connections.banned(ban.get()).asException();
    }
  }

  private void say() {
    var served = context.model().model().served();
    if (talk != null && served.isPresent() && responses.isReady()) {
      talk.session
          .news(talk.view(served.get()), context.clock().instant())
          .forEach(responses::onNext);
    }
  }

  /// The caller's claim says who it is; what else the node says may narrow what it is told, never
  /// widen it.
  private Proxy introduced(Node node) throws StatusException {
    return switch (Introduction.of(caller.identity(node), node)) {
      case Introduction.Understood(var proxy) -> ownNode(proxy);
      case Introduction.Refused(var reason) ->
          throw Status.INVALID_ARGUMENT.withDescription(reason).asException();
    };
  }

  private Proxy ownNode(Proxy proxy) throws StatusException {
    var served = context.model().model().mesh().servedBy().getOrDefault(proxy.nodeId(), List.of());
    if (served.stream()
        .anyMatch(s -> !s.endpoint().workload().identity().equals(proxy.identity()))) {
      throw Status.PERMISSION_DENIED
          .withDescription(
              "node.id: \"%s\" is a workload of another identity than %s"
                  .formatted(Names.printable(proxy.nodeId()), proxy.identity()))
          .asException();
    }
    return proxy;
  }
}
