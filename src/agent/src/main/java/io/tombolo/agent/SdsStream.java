package io.tombolo.agent;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.stub.StreamObserver;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// One state-of-the-world SDS stream: every answer holds all that was asked for and exists.
final class SdsStream extends OpenStream<DiscoveryResponse>
    implements StreamObserver<DiscoveryRequest> {
  private Set<String> wanted = Set.of();
  private List<SdsSecrets.Named> sent = List.of();
  private String node = "";

  SdsStream(StreamObserver<DiscoveryResponse> client, Keyring keyring) {
    super(client, keyring);
  }

  @Override
  public void onNext(DiscoveryRequest request) {
    locked(() -> heard(request));
    answered();
  }

  private void heard(DiscoveryRequest request) {
    if (request.hasNode()) {
      node = request.getNode().getId();
    }
    var refusal = SdsRequests.refusal(request.getTypeUrl(), request.getResourceNamesList());
    if (refusal.isPresent()) {
      SdsLog.refused(node, refusal.get());
      refuse(refusal.get());
    } else if (isCurrent(request.getResponseNonce())) {
      if (request.hasErrorDetail()) {
        SdsLog.rejected(node, request.getErrorDetail());
      }
      taken(request.getResponseNonce(), request.getErrorDetail());
      subscribe(request);
      tellIfOpen();
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
    return answered.isEmpty() || answered.equals(nonce());
  }

  @Override
  void tell(Secrets newest) {
    var now = SdsSecrets.of(newest).among(wanted);
    if (now.equals(sent)) {
      return;
    }
    sent = now;
    var response =
        DiscoveryResponse.newBuilder()
            .setTypeUrl(SdsSecrets.TYPE)
            .setNonce(nextNonce())
            .setVersionInfo(SdsSecrets.hash(now.toString()));
    now.forEach(one -> response.addResources(one.resource()));
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
