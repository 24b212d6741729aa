package io.tombolo.server.ports;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.stub.StreamObserver;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.xds.delivery.DeltaSession;
import io.tombolo.xds.delivery.SotwSession;
import java.util.function.Supplier;

/// Aggregated discovery, both variants.
public final class AdsService
    extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
  private final AdsContext context;
  private final Supplier<Claim> caller;

  private AdsService(AdsContext context, Supplier<Claim> caller) {
    this.context = context;
    this.caller = caller;
  }

  /// For the mTLS port: callers are who their certificate says.
  public static AdsService certified(AdsContext context) {
    return new AdsService(context, () -> new Claim.Certified(Caller.IDENTITY.get()));
  }

  /// For the bench port: callers are who they say they are.
  public static AdsService stated(AdsContext context, TrustDomain trustDomain) {
    var claim = new Claim.Stated(trustDomain);
    return new AdsService(context, () -> claim);
  }

  @Override
  public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
      StreamObserver<DeltaDiscoveryResponse> responses) {
    return open(new Dialect<>(DeltaDiscoveryRequest::getNode, DeltaSession::new), responses);
  }

  @Override
  public StreamObserver<DiscoveryRequest> streamAggregatedResources(
      StreamObserver<DiscoveryResponse> responses) {
    return open(new Dialect<>(DiscoveryRequest::getNode, SotwSession::new), responses);
  }

  private <Q, R> StreamObserver<Q> open(Dialect<Q, R> dialect, StreamObserver<R> responses) {
    return new AdsStream<>(dialect, caller.get(), responses, context).open();
  }
}
