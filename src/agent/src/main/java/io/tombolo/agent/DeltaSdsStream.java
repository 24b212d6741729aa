package io.tombolo.agent;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// One incremental SDS stream: every answer holds what the client does not have yet.
final class DeltaSdsStream implements StreamObserver<DeltaDiscoveryRequest>, Subscriber {
  private final ReentrantLock lock = new ReentrantLock();
  private final StreamObserver<DeltaDiscoveryResponse> client;
  private final Supplier<SdsSecrets> secrets;
  private final Consumer<Subscriber> ended;
  private final Set<String> wanted = new HashSet<>();
  private final Map<String, String> versions = new HashMap<>();
  private String node = "";
  private long nonce;
  private boolean over;

  DeltaSdsStream(
      StreamObserver<DeltaDiscoveryResponse> client,
      Supplier<SdsSecrets> secrets,
      Consumer<Subscriber> ended) {
    this.client = client;
    this.secrets = secrets;
    this.ended = ended;
  }

  @Override
  public void onNext(DeltaDiscoveryRequest request) {
    lock.lock();
    try {
      if (request.hasNode()) {
        node = request.getNode().getId();
      }
      var refusal =
          SdsRequests.refusal(request.getTypeUrl(), request.getResourceNamesSubscribeList());
      if (refusal.isPresent()) {
        refuse(refusal.get());
        return;
      }
      if (request.hasErrorDetail()) {
        SdsLog.rejected(node, request.getErrorDetail());
      }
      subscribe(request);
      send();
    } finally {
      lock.unlock();
    }
  }

  /// A client that subscribes again to what it was sent lost it; one that reconnects says what it
  /// has kept.
  private void subscribe(DeltaDiscoveryRequest request) {
    request.getResourceNamesUnsubscribeList().forEach(wanted::remove);
    versions.keySet().removeAll(request.getResourceNamesUnsubscribeList());
    versions.keySet().removeAll(request.getResourceNamesSubscribeList());
    wanted.addAll(request.getResourceNamesSubscribeList());
    versions.putAll(request.getInitialResourceVersionsMap());
  }

  private void refuse(Status why) {
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
    var news =
        secrets.get().among(wanted).stream()
            .filter(one -> !one.version().equals(versions.get(one.name())))
            .toList();
    if (over || news.isEmpty()) {
      return;
    }
    nonce++;
    var response =
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(SdsSecrets.TYPE)
            .setNonce(Long.toString(nonce))
            .setSystemVersionInfo(SdsSecrets.hash(news.toString()));
    for (SdsSecrets.Named one : news) {
      versions.put(one.name(), one.version());
      response.addResources(
          Resource.newBuilder()
              .setName(one.name())
              .setVersion(one.version())
              .setResource(one.resource()));
    }
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
