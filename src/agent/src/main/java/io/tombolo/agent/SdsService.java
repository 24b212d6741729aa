package io.tombolo.agent;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.secret.v3.SecretDiscoveryServiceGrpc.SecretDiscoveryServiceImplBase;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Set;

/// Envoy's secret discovery service over the two secrets of one workload. Thread-safe.
final class SdsService extends SecretDiscoveryServiceImplBase {
  private final Keyring keyring;

  SdsService(Keyring keyring) {
    this.keyring = keyring;
  }

  @Override
  public StreamObserver<DiscoveryRequest> streamSecrets(StreamObserver<DiscoveryResponse> client) {
    var stream = new SdsStream(client, keyring);
    stream.open();
    return stream;
  }

  @Override
  public StreamObserver<DeltaDiscoveryRequest> deltaSecrets(
      StreamObserver<DeltaDiscoveryResponse> client) {
    var stream = new DeltaSdsStream(client, keyring);
    stream.open();
    return stream;
  }

  @Override
  public void fetchSecrets(DiscoveryRequest request, StreamObserver<DiscoveryResponse> client) {
    var names = request.getResourceNamesList();
    var refusal = SdsRequests.refusal(request.getTypeUrl(), names);
    var found = SdsSecrets.of(keyring.secrets()).among(names);
    if (refusal.isPresent()) {
      SdsLog.refused(request.getNode().getId(), refusal.get());
      client.onError(refusal.get().asRuntimeException());
    } else if (found.size() < Set.copyOf(names).size()) {
      client.onError(
          Status.UNAVAILABLE
              .withDescription("the agent has not joined the mesh yet; try again")
              .asRuntimeException());
    } else {
      var response = DiscoveryResponse.newBuilder().setTypeUrl(SdsSecrets.TYPE);
      found.forEach(one -> response.addResources(one.resource()));
      client.onNext(response.setVersionInfo(SdsSecrets.hash(found.toString())).build());
      client.onCompleted();
    }
  }
}
