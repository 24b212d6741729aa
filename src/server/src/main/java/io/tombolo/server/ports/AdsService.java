package io.tombolo.server.ports;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.xds.delivery.DeltaSession;
import io.tombolo.xds.delivery.Response;
import io.tombolo.xds.delivery.SotwSession;
import java.util.function.Supplier;

/// Aggregated discovery, both variants. Bound by hand: its responses are encoded before they get
/// here.
public final class AdsService implements BindableService {
  private static final MethodDescriptor<DeltaDiscoveryRequest, Response> DELTA =
      AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod().toBuilder(
              ProtoUtils.marshaller(DeltaDiscoveryRequest.getDefaultInstance()), Encoded.RESPONSES)
          .build();
  private static final MethodDescriptor<DiscoveryRequest, Response> STATE_OF_THE_WORLD =
      AggregatedDiscoveryServiceGrpc.getStreamAggregatedResourcesMethod().toBuilder(
              ProtoUtils.marshaller(DiscoveryRequest.getDefaultInstance()), Encoded.RESPONSES)
          .build();

  private final AdsContext context;
  private final Supplier<Claim> caller;

  private AdsService(AdsContext context, Supplier<Claim> caller) {
    this.context = context;
    this.caller = caller;
  }

  /// For the mTLS port: callers are who their certificate says.
  public static AdsService certified(AdsContext context) {
    return new AdsService(
        context,
        () ->
            new Claim.Certified(
                Caller.IDENTITY.get(), context.inventory().nodeOf(Caller.SERIAL.get())));
  }

  /// For the bench port: callers are who they say they are.
  public static AdsService stated(AdsContext context, TrustDomain trustDomain) {
    var claim = new Claim.Stated(trustDomain);
    return new AdsService(context, () -> claim);
  }

  @Override
  public ServerServiceDefinition bindService() {
    var deltas = new Dialect<>(DeltaDiscoveryRequest::getNode, DeltaSession::new);
    var states = new Dialect<>(DiscoveryRequest::getNode, SotwSession::new);
    return ServerServiceDefinition.builder(AggregatedDiscoveryServiceGrpc.SERVICE_NAME)
        .addMethod(DELTA, ServerCalls.asyncBidiStreamingCall(responses -> open(deltas, responses)))
        .addMethod(
            STATE_OF_THE_WORLD,
            ServerCalls.asyncBidiStreamingCall(responses -> open(states, responses)))
        .build();
  }

  private <Q> StreamObserver<Q> open(Dialect<Q> dialect, StreamObserver<Response> responses) {
    return new AdsStream<>(dialect, caller.get(), responses, context).open();
  }
}
