package io.tombolo.agent;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.secret.v3.SecretDiscoveryServiceGrpc.SecretDiscoveryServiceImplBase;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Envoy's secret discovery service over the two secrets of one workload. Thread-safe.
final class SdsService extends SecretDiscoveryServiceImplBase {
  private final Set<SdsSubscriber> open = ConcurrentHashMap.newKeySet();
  private volatile Secrets secrets;

  SdsService(Secrets first) {
    this.secrets = first;
  }

  /// Hands new secrets to every stream that asked for them.
  void publish(Secrets next) {
    secrets = next;
    open.forEach(SdsSubscriber::refresh);
  }

  @Override
  public StreamObserver<DiscoveryRequest> streamSecrets(StreamObserver<DiscoveryResponse> client) {
    var stream = new SdsStream(client, () -> secrets, open::remove);
    onCancel(client, stream::finish);
    open.add(stream);
    return stream;
  }

  @Override
  public StreamObserver<DeltaDiscoveryRequest> deltaSecrets(
      StreamObserver<DeltaDiscoveryResponse> client) {
    var stream = new DeltaSdsStream(client, () -> secrets, open::remove);
    onCancel(client, stream::finish);
    open.add(stream);
    return stream;
  }

  @Override
  public void fetchSecrets(DiscoveryRequest request, StreamObserver<DiscoveryResponse> client) {
    var names = request.getResourceNamesList();
    var refusal = SdsRequests.refusal(request.getTypeUrl(), names);
    var found = secrets.among(names);
    if (refusal.isPresent()) {
      SdsLog.refused(request.getNode().getId(), refusal.get());
      client.onError(refusal.get().asRuntimeException());
    } else if (found.size() < Set.copyOf(names).size()) {
      client.onError(
          Status.UNAVAILABLE
              .withDescription("the agent has not joined the mesh yet; try again")
              .asRuntimeException());
    } else {
      var response = DiscoveryResponse.newBuilder().setTypeUrl(Secrets.TYPE);
      found.forEach(one -> response.addResources(one.resource()));
      client.onNext(response.setVersionInfo(Secrets.hash(found.toString())).build());
      client.onCompleted();
    }
  }

  /// With a handler set, an answer to a client that has just gone is dropped instead of thrown.
  private static void onCancel(StreamObserver<?> client, Runnable gone) {
    if (client instanceof ServerCallStreamObserver<?> call) {
      call.setOnCancelHandler(gone);
    }
  }
}
