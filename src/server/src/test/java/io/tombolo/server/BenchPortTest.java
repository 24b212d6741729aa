package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.xds.snapshot.ResourceType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchPortTest {
  private static final String CART = "spiffe://tombolo.local/ns/shop/sa/cart";

  @TempDir private Path state;

  private ControlPlane controlPlane(Map<String, String> keys) throws IOException {
    return Configured.controlPlane(state.resolve("state"), keys);
  }

  private static Node node(Map<String, Value> tombolo) {
    var metadata = Value.newBuilder().setStructValue(Struct.newBuilder().putAllFields(tombolo));
    return Node.newBuilder()
        .setId("kubernetes/cluster-1/shop/cart-1")
        .setMetadata(Struct.newBuilder().putFields("tombolo", metadata.build()))
        .build();
  }

  private static Node stating(String identity) {
    return node(Map.of("identity", Value.newBuilder().setStringValue(identity).build()));
  }

  private static BlockingClientCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> asking(
      ManagedChannel channel, Node node) throws Exception {
    var call =
        ClientCalls.blockingBidiStreamingCall(
            channel,
            AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod(),
            CallOptions.DEFAULT);
    call.write(
        DeltaDiscoveryRequest.newBuilder()
            .setNode(node)
            .setTypeUrl(ResourceType.CLUSTER.typeUrl())
            .build());
    return call;
  }

  private static void assertRefused(ManagedChannel channel, Node node, String... words)
      throws Exception {
    var call = asking(channel, node);
    assertThatThrownBy(() -> call.read(10, TimeUnit.SECONDS))
        .hasMessageContaining("node.metadata.tombolo.identity")
        .hasMessageContainingAll(words)
        .extracting(BenchPortTest::code)
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  private static Status.Code code(Throwable refused) {
    return Status.fromThrowable(refused).getCode();
  }

  @Test
  void it_is_closed_unless_configured() throws Exception {
    try (var controlPlane = controlPlane(Map.of())) {
      controlPlane.start();

      assertThat(controlPlane.bench()).isEmpty();
    }
  }

  @Test
  void a_node_is_there_who_it_says_it_is() throws Exception {
    try (var controlPlane = controlPlane(Map.of("tombolo.bench.port", "0"))) {
      controlPlane.start();
      var channel = channel(controlPlane);
      try {
        var call = asking(channel, stating(CART));

        assertThat(call.read(10, TimeUnit.SECONDS).getTypeUrl())
            .isEqualTo(ResourceType.CLUSTER.typeUrl());
        assertThat(controlPlane.admin().connections().all())
            .extracting(connected -> connected.proxy().identity().toString())
            .containsExactly(CART);

        assertRefused(channel, node(Map.of()), "starts with spiffe://");
        assertRefused(channel, stating("spiffe://other.example/ns/shop/sa/cart"), "tombolo.local");
        assertThatThrownBy(() -> identityService(channel))
            .isInstanceOf(StatusRuntimeException.class)
            .extracting(BenchPortTest::code)
            .isEqualTo(Status.Code.UNIMPLEMENTED);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static void identityService(ManagedChannel channel) {
    var ignored = IdentityGrpc.newBlockingStub(channel).attest(AttestRequest.getDefaultInstance());
    throw new AssertionError("answered: " + ignored.getChainCount());
  }

  private static ManagedChannel channel(ControlPlane controlPlane) {
    return NettyChannelBuilder.forAddress("127.0.0.1", controlPlane.bench().orElseThrow().port())
        .usePlaintext()
        .build();
  }

  @Test
  void it_opens_on_loopback_only() {
    assertThatThrownBy(() ->
            controlPlane(Map.of("tombolo.bench.port", "0", "tombolo.bench.address", "0.0.0.0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("tombolo.bench.address", "0.0.0.0", "loopback");
  }

  @Test
  void pods_are_assumed_only_where_it_is_open() {
    assertThatThrownBy(() -> controlPlane(Map.of("tombolo.bench.pods-assumed", "true")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("tombolo.bench.pods-assumed", "tombolo.bench.port");
  }
}
