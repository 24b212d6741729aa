package io.tombolo.server.ports;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tombolo.api.identity.v1.InForce;
import io.tombolo.api.identity.v1.Trust;
import io.tombolo.identity.Ban;
import io.tombolo.identity.Inventory;
import io.tombolo.identity.Rollover;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.SpiffeId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The streams on which hosts are told whom to trust, and say what of it is in force. Thread-safe.
public final class TrustStreams {
  private static final int MOST_TEXT = 400;

  /// One host.
  final class Host implements StreamObserver<InForce> {
    private final SpiffeId identity;
    private final String node;
    private final ServerCallStreamObserver<Trust> answer;
    private InForce said = InForce.getDefaultInstance();

    Host(SpiffeId identity, String node, ServerCallStreamObserver<Trust> answer) {
      this.identity = identity;
      this.node = node;
      this.answer = answer;
    }

    @Override
    public void onNext(InForce now) {
      heard(this, now);
    }

    @Override
    public void onError(Throwable gone) {
      remove(this);
    }

    @Override
    public void onCompleted() {
      if (remove(this)) {
        answer.onCompleted();
      }
    }

    private void end(Status why) {
      if (!answer.isCancelled()) {
        answer.onError(why.asException());
      }
    }
  }

  private final Inventory inventory;
  private final Set<Host> open = new LinkedHashSet<>();
  private Trust newest = Trust.getDefaultInstance();

  TrustStreams(Inventory inventory) {
    this.inventory = inventory;
  }

  /// Tells all, and whoever comes later.
  synchronized void tell(Trust trust) {
    newest = trust;
    open.forEach(host -> send(host, trust));
  }

  /// What is told by now.
  synchronized Trust newest() {
    return newest;
  }

  /// Tells what is newest, and keeps the stream until its client ends it.
  synchronized Host add(SpiffeId identity, String node, ServerCallStreamObserver<Trust> answer) {
    var host = new Host(identity, node, answer);
    answer.setOnCancelHandler(() -> remove(host));
    open.add(host);
    send(host, newest);
    return host;
  }

  private static void send(Host host, Trust trust) {
    if (!host.answer.isCancelled()) {
      host.answer.onNext(trust);
    }
  }

  private void heard(Host host, InForce now) {
    synchronized (this) {
      host.said = shortened(now);
    }
    inventory.took(now.getSerial());
  }

  private static InForce shortened(InForce said) {
    return said.toBuilder()
        .setNode(Names.printable(said.getNode(), MOST_TEXT))
        .setSerial(Names.printable(said.getSerial(), MOST_TEXT))
        .setRefusal(Names.printable(said.getRefusal(), MOST_TEXT))
        .build();
  }

  private synchronized boolean remove(Host host) {
    return open.remove(host);
  }

  /// Ends the streams of whoever is banned.
  synchronized void end(Ban ban) {
    var banned = open.stream().filter(host -> ban.covers(host.identity, host.node)).toList();
    banned.forEach(host -> {
      open.remove(host);
      host.end(Connections.banned(ban));
    });
  }

  /// How those stand that are connected.
  public synchronized List<Rollover.Standing> standings() {
    return open.stream()
        .map(host ->
            new Rollover.Standing(
                host.identity,
                host.node.isEmpty() ? host.said.getNode() : host.node,
                host.said.getSequence(),
                host.said.getSerial(),
                host.said.getRefusal()))
        .toList();
  }
}
