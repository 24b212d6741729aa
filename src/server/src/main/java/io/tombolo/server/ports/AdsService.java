package io.tombolo.server.ports;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.stub.StreamObserver;
import io.tombolo.server.model.ModelLoop;
import io.tombolo.xds.delivery.DeltaSession;
import io.tombolo.xds.delivery.SotwSession;
import java.time.Clock;

/// Aggregated discovery, both variants.
public final class AdsService
    extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
  private final ModelLoop loop;
  private final Connections connections;
  private final Clock clock;

  public AdsService(ModelLoop loop, Connections connections, Clock clock) {
    this.loop = loop;
    this.connections = connections;
    this.clock = clock;
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
    return new AdsStream<>(dialect, Caller.IDENTITY.get(), responses, loop, connections, clock)
        .open();
  }
}
