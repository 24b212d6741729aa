package io.tombolo.agent;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.secret.v3.SecretDiscoveryServiceGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// An SDS client on a Unix socket that keeps all answers, for tests.
final class SdsClient implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 15;
  private final UnixChannel unix;

  SdsClient(Path socket) {
    unix = UnixChannel.open(socket);
  }

  /// One open stream.
  record Stream<Q, R>(StreamObserver<Q> requests, Heard<R> heard) {
    R next() throws InterruptedException {
      return heard.next();
    }

    Status.Code refusal() throws InterruptedException {
      return heard.refusal().getCode();
    }

    boolean silent() throws InterruptedException {
      return heard.silent();
    }
  }

  Stream<DiscoveryRequest, DiscoveryResponse> stream(String... names) {
    var heard = new Heard<>(DiscoveryResponse.class);
    var requests = SecretDiscoveryServiceGrpc.newStub(unix.channel()).streamSecrets(heard);
    requests.onNext(DiscoveryRequest.newBuilder().addAllResourceNames(List.of(names)).build());
    return new Stream<>(requests, heard);
  }

  Stream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> delta(String... names) {
    var heard = new Heard<>(DeltaDiscoveryResponse.class);
    var requests = SecretDiscoveryServiceGrpc.newStub(unix.channel()).deltaSecrets(heard);
    requests.onNext(
        DeltaDiscoveryRequest.newBuilder().addAllResourceNamesSubscribe(List.of(names)).build());
    return new Stream<>(requests, heard);
  }

  DiscoveryResponse fetch(String... names) {
    return SecretDiscoveryServiceGrpc.newBlockingStub(unix.channel())
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .fetchSecrets(DiscoveryRequest.newBuilder().addAllResourceNames(List.of(names)).build());
  }

  static Secret secret(DiscoveryResponse response) throws Exception {
    return response.getResources(0).unpack(Secret.class);
  }

  static Secret secret(DeltaDiscoveryResponse response) throws Exception {
    return response.getResources(0).getResource().unpack(Secret.class);
  }

  @Override
  public void close() {
    unix.close();
  }
}
