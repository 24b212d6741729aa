package io.tombolo.bench;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Speaks delta ADS as Envoy does: all clusters, then their endpoints, then all listeners, then
/// their routes; takes everything, and remembers versions over a broken stream. Used by one stream
/// at a time.
final class SimulatedProxy {
  private static final int EDS_TYPE = 3;

  /// What it tells of itself to whoever measures.
  interface Ear {
    void heard(SimulatedProxy proxy, Answer answer);

    void changed(SimulatedProxy proxy, int change);

    void configured(SimulatedProxy proxy);
  }

  private final Node node;
  private final Vocabulary vocabulary;
  private final Ear ear;
  private final Map<Kind, Holding> holdings = new EnumMap<>(Kind.class);
  private final Map<Integer, Integer> lastChange = new HashMap<>();
  private final Set<Kind> opened = EnumSet.noneOf(Kind.class);
  private final Set<Kind> answered = EnumSet.noneOf(Kind.class);
  private boolean configured;

  SimulatedProxy(Node node, Vocabulary vocabulary, Ear ear) {
    this.node = node;
    this.vocabulary = vocabulary;
    this.ear = ear;
    for (var kind : Kind.values()) {
      holdings.put(kind, new Holding());
    }
  }

  /// Begins on a new stream, with what it holds.
  void open(StreamObserver<DeltaDiscoveryRequest> requests) {
    opened.clear();
    answered.clear();
    configured = false;
    open(Kind.CDS, requests);
    if (!holding(Kind.EDS).isEmpty()) {
      open(Kind.EDS, requests);
      open(Kind.LDS, requests);
      if (holding(Kind.RDS).asksForSome()) {
        open(Kind.RDS, requests);
      }
    }
  }

  private void open(Kind kind, StreamObserver<DeltaDiscoveryRequest> requests) {
    var request = request(kind);
    if (opened.isEmpty()) {
      request.setNode(node);
    }
    opened.add(kind);
    var names = vocabulary.names(kind);
    if (!kind.all()) {
      holding(kind).asked().forEach(n -> request.addResourceNamesSubscribe(names.word(n)));
    }
    requests.onNext(
        request
            .putAllInitialResourceVersions(
                Words.map(names, vocabulary.versions(), holding(kind).held()))
            .build());
  }

  /// Takes an answer, acknowledges it, and asks for what follows from it.
  void receive(Answer answer, StreamObserver<DeltaDiscoveryRequest> requests) {
    ear.heard(this, answer);
    answered.add(answer.kind());
    var names = vocabulary.names(answer.kind());
    var more = new HashSet<String>();
    for (var given : answer.resources()) {
      int name = names.number(given.name());
      holding(answer.kind()).take(name, vocabulary.versions().number(given.version()));
      more.addAll(follow(answer, given, name));
    }
    answer.removed().forEach(name -> holding(answer.kind()).drop(names.number(name)));
    requests.onNext(request(answer.kind()).setResponseNonce(answer.nonce()).build());
    switch (answer.kind()) {
      case CDS -> ask(Kind.EDS, more, answer.removed(), requests);
      case LDS -> ask(Kind.RDS, more, List.of(), requests);
      case EDS, RDS -> {}
    }
    goOn(requests);
  }

  /// The names that a resource points to.
  private Collection<String> follow(Answer answer, Answer.Given given, int name) {
    switch (answer.kind()) {
      case CDS -> {
        return discovered(answer.body(given)) ? List.of(given.name()) : List.of();
      }
      case LDS -> {
        return vocabulary.routesOf(answer, given);
      }
      case EDS -> {
        int change = Change.in(answer, given);
        if (change > lastChange.getOrDefault(name, 0)) {
          lastChange.put(name, change);
          ear.changed(this, change);
        }
      }
      case RDS -> {}
    }
    return List.of();
  }

  /// Does a cluster get its endpoints from EDS? Its name is then the name to ask for.
  private static boolean discovered(CodedInputStream cluster) {
    try {
      for (int tag = cluster.readTag(); tag != 0; tag = cluster.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == 2) {
          return cluster.readEnum() == EDS_TYPE;
        }
        cluster.skipField(tag);
      }
      return false;
    } catch (IOException broken) {
      throw new UncheckedIOException("not a Cluster", broken);
    }
  }

  private void ask(
      Kind kind,
      Collection<String> more,
      Collection<String> gone,
      StreamObserver<DeltaDiscoveryRequest> requests) {
    var names = vocabulary.names(kind);
    var request = request(kind);
    more.stream()
        .filter(name -> holding(kind).ask(names.number(name)))
        .forEach(request::addResourceNamesSubscribe);
    gone.stream()
        .filter(name -> holding(kind).leave(names.number(name)))
        .forEach(request::addResourceNamesUnsubscribe);
    boolean differs =
        request.getResourceNamesSubscribeCount() + request.getResourceNamesUnsubscribeCount() > 0;
    if (differs && opened.contains(kind)) {
      requests.onNext(request.build());
    }
  }

  /// Asks for the next type once the one before is complete, as Envoy warms up.
  private void goOn(StreamObserver<DeltaDiscoveryRequest> requests) {
    for (var kind : Kind.values()) {
      boolean asksForSome = kind.all() || holding(kind).asksForSome();
      if (asksForSome && !opened.contains(kind)) {
        open(kind, requests);
      }
      if (kind.all() ? !answered.contains(kind) : !holding(kind).complete()) {
        return;
      }
    }
    if (!configured) {
      configured = true;
      ear.configured(this);
    }
  }

  private Holding holding(Kind kind) {
    return Objects.requireNonNull(holdings.get(kind));
  }

  private static DeltaDiscoveryRequest.Builder request(Kind kind) {
    return DeltaDiscoveryRequest.newBuilder().setTypeUrl(kind.url());
  }
}
