package io.tombolo.agent;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// One state-of-the-world SDS stream: every answer holds all that was asked for and exists.
final class SdsStream implements StreamObserver<DiscoveryRequest>, Subscriber {
  private final ReentrantLock lock = new ReentrantLock();
  private final StreamObserver<DiscoveryResponse> client;
  private final Supplier<SdsSecrets> secrets;
  private final Consumer<Subscriber> ended;
  private Set<String> wanted = Set.of();
  private List<SdsSecrets.Named> sent = List.of();
  private String node = "";
  private long nonce;
  private boolean over;

  SdsStream(
      StreamObserver<DiscoveryResponse> client,
      Supplier<SdsSecrets> secrets,
      Consumer<Subscriber> ended) {
    this.client = client;
    this.secrets = secrets;
    this.ended = ended;
  }

  @Override
  public void onNext(DiscoveryRequest request) {
    lock.lock();
    try {
      if (request.hasNode()) {
        node = request.getNode().getId();
      }
      var refusal = SdsRequests.refusal(request.getTypeUrl(), request.getResourceNamesList());
      if (refusal.isPresent()) {
        refuse(refusal);
      } else if (isCurrent(request.getResponseNonce())) {
        if (request.hasErrorDetail()) {
          SdsLog.rejected(node, request.getErrorDetail());
        }
        subscribe(request);
        send();
      }
    } finally {
      lock.unlock();
    }
  }

  /// A client that asks for a name it did not have before gets it, though it may have been sent.
  private void subscribe(DiscoveryRequest request) {
    var now = new HashSet<>(request.getResourceNamesList());
    if (!wanted.containsAll(now)) {
      sent = List.of();
    }
    sent = sent.stream().filter(one -> now.contains(one.name())).toList();
    wanted = now;
  }

  private boolean isCurrent(String answered) {
    return answered.isEmpty() || answered.equals(Long.toString(nonce));
  }

  private void refuse(Optional<Status> refusal) {
    var why = refusal.orElseThrow();
    SdsLog.refused(node, why);
    if (!over) {
      client.onError(why.asRuntimeException());
    }
    end();
  }

  @Override
  public void refresh() {
    lock.lock();
    try {
      send();
    } finally {
      lock.unlock();
    }
  }

  private void send() {
    var now = secrets.get().among(wanted);
    if (over || now.equals(sent)) {
      return;
    }
    sent = now;
    nonce++;
    var response =
        DiscoveryResponse.newBuilder()
            .setTypeUrl(SdsSecrets.TYPE)
            .setNonce(Long.toString(nonce))
            .setVersionInfo(SdsSecrets.hash(now.toString()));
    now.forEach(one -> response.addResources(one.resource()));
    client.onNext(response.build());
  }

  @Override
  public void onError(Throwable gone) {
    finish();
  }

  @Override
  public void onCompleted() {
    lock.lock();
    try {
      if (!over) {
        client.onCompleted();
      }
      end();
    } finally {
      lock.unlock();
    }
  }

  /// The client is away.
  void finish() {
    lock.lock();
    try {
      end();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    over = true;
    ended.accept(this);
  }
}
