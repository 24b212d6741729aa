package io.tombolo.agent;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// One incremental SDS stream: every answer holds what the client does not have yet.
final class DeltaSdsStream extends OpenStream<DeltaDiscoveryResponse>
    implements StreamObserver<DeltaDiscoveryRequest> {
  private final Set<String> wanted = new HashSet<>();
  private final Map<String, String> versions = new HashMap<>();
  private String node = "";

  DeltaSdsStream(StreamObserver<DeltaDiscoveryResponse> client, Keyring keyring) {
    super(client, keyring);
  }

  @Override
  public void onNext(DeltaDiscoveryRequest request) {
    locked(() -> heard(request));
    answered();
  }

  private void heard(DeltaDiscoveryRequest request) {
    if (request.hasNode()) {
      node = request.getNode().getId();
    }
    var refusal =
        SdsRequests.refusal(request.getTypeUrl(), request.getResourceNamesSubscribeList());
    if (refusal.isPresent()) {
      SdsLog.refused(node, refusal.get());
      refuse(refusal.get());
      return;
    }
    if (request.hasErrorDetail()) {
      SdsLog.rejected(node, request.getErrorDetail());
    }
    taken(request.getResponseNonce(), request.getErrorDetail());
    subscribe(request);
    tellIfOpen();
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

  @Override
  void tell(Secrets newest) {
    var news =
        SdsSecrets.of(newest).among(wanted).stream()
            .filter(one -> !one.version().equals(versions.get(one.name())))
            .toList();
    if (news.isEmpty()) {
      return;
    }
    var response =
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(SdsSecrets.TYPE)
            .setNonce(nextNonce())
            .setSystemVersionInfo(SdsSecrets.hash(news.toString()));
    for (SdsSecrets.Named one : news) {
      versions.put(one.name(), one.version());
      response.addResources(
          Resource.newBuilder()
              .setName(one.name())
              .setVersion(one.version())
              .setResource(one.resource()));
    }
    send(response.build());
  }

  @Override
  public void onError(Throwable gone) {
    finish();
  }

  @Override
  public void onCompleted() {
    complete();
  }
}
