package io.tombolo.server.ports;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.server.model.Model;
import io.tombolo.server.model.ModelLoop;
import io.tombolo.xds.delivery.Introduction;
import io.tombolo.xds.delivery.Session;
import io.tombolo.xds.snapshot.Snapshot;
import io.tombolo.xds.snapshot.View;
import java.time.Clock;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One ADS stream: a virtual thread that waits for a request, a newer model or room in the
/// transport, and then sends what is new. It takes the newest model only, so that a slow proxy
/// skips what came between and nothing queues up.
///
/// @param <Q> the request, delta or state-of-the-world
/// @param <R> the response
final class AdsStream<Q, R> implements Runnable, StreamObserver<Q>, Consumer<Model> {
  private static final Logger LOG = Logger.getLogger(AdsStream.class);

  private final Dialect<Q, R> dialect;
  private final Claim caller;
  private final ServerCallStreamObserver<R> responses;
  private final ModelLoop loop;
  private final Connections connections;
  private final Clock clock;
  private final Bell bell = new Bell();
  private final Queue<Q> requests = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  // Of the thread of the stream.
  private @Nullable Snapshot snapshot;
  private View view = View.NOTHING;

  AdsStream(
      Dialect<Q, R> dialect,
      Claim caller,
      StreamObserver<R> responses,
      ModelLoop loop,
      Connections connections,
      Clock clock) {
    this.dialect = dialect;
    this.caller = caller;
    this.responses = (ServerCallStreamObserver<R>) responses;
    this.loop = loop;
    this.connections = connections;
    this.clock = clock;
  }

  /// Starts the thread of the stream, and gives what takes its requests.
  StreamObserver<Q> open() {
    responses.disableAutoRequest();
    responses.setOnReadyHandler(bell::ring);
    responses.setOnCancelHandler(this::close);
    responses.request(1);
    Thread.ofVirtual().name("ads " + caller).start(this);
    return this;
  }

  @Override
  public void onNext(Q request) {
    requests.add(request);
    bell.ring();
  }

  @Override
  public void onError(Throwable cause) {
    close();
  }

  @Override
  public void onCompleted() {
    close();
  }

  @Override
  public void accept(Model model) {
    bell.ring();
  }

  private void close() {
    closed = true;
    bell.ring();
  }

  @Override
  public void run() {
    loop.observe(this);
    try {
      serve();
      if (!responses.isCancelled()) {
        responses.onCompleted();
      }
    } catch (StatusException refused) {
      LOG.warnf("ADS stream of %s refused: %s", caller, refused.getStatus().getDescription());
      responses.onError(refused);
    } catch (InterruptedException stopped) {
      responses.onError(Status.UNAVAILABLE.withDescription("shutting down").asException());
    } catch (RuntimeException bug) {
      LOG.errorf(bug, "ADS stream of %s failed", caller);
      responses.onError(Status.INTERNAL.withDescription("see the log").asException());
    } finally {
      loop.forget(this);
    }
  }

  private void serve() throws InterruptedException, StatusException {
    var first = firstRequest();
    if (first == null) {
      return;
    }
    var proxy = introduced(dialect.node().apply(first));
    var session = dialect.begin().get();
    try (var connection = connections.add(proxy, clock.instant())) {
      while (!closed) {
        takeRequests(session);
        talk(proxy, session);
        connection.delivered(session.delivery());
        bell.await();
      }
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
    var served = loop.model().mesh().servedBy().getOrDefault(proxy.nodeId(), List.of());
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

  private @Nullable Q firstRequest() throws InterruptedException {
    while (!closed && requests.isEmpty()) {
      bell.await();
    }
    return requests.peek();
  }

  private void takeRequests(Session<Q, R> session) {
    for (var request = requests.poll(); request != null; request = requests.poll()) {
      session.receive(request, clock.instant());
      responses.request(1);
    }
  }

  private void talk(Proxy proxy, Session<Q, R> session) {
    var served = loop.model().served();
    if (served.isPresent() && responses.isReady() && !closed) {
      session.news(view(proxy, served.get()), clock.instant()).forEach(responses::onNext);
    }
  }

  /// What the proxy may be told, looked up once for each snapshot.
  @SuppressWarnings("ReferenceEquality") // the newest is another instance
  private View view(Proxy proxy, Snapshot newest) {
    if (newest != snapshot) {
      view = newest.viewFor(proxy, view);
      snapshot = newest;
    }
    return view;
  }
}
