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
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.tombolo.xds.snapshot.ResourceType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whoever asks for too much is told so, and nobody else is affected.
@Tag("push")
class AdmissionTest {
  @TempDir private Path state;

  private ControlPlane controlPlane(Map<String, String> keys) throws IOException {
    return Configured.controlPlane(state.resolve("state"), keys);
  }

  private interface Check {
    void run(ManagedChannel channel) throws Exception;
  }

  private void with(Map<String, String> limits, Check check) throws Exception {
    var keys = new HashMap<>(limits);
    keys.put("tombolo.bench.port", "0");
    try (var controlPlane = controlPlane(keys)) {
      controlPlane.start();
      var port = controlPlane.bench().orElseThrow().port();
      var channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
      try {
        check.run(channel);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static BlockingClientCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> stream(
      ManagedChannel channel, String node, String account, String... names) throws Exception {
    var call =
        ClientCalls.blockingBidiStreamingCall(
            channel,
            AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod(),
            CallOptions.DEFAULT);
    var identity =
        Value.newBuilder().setStringValue("spiffe://tombolo.local/ns/shop/sa/" + account).build();
    var tombolo =
        Value.newBuilder()
            .setStructValue(Struct.newBuilder().putFields("identity", identity))
            .build();
    var request =
        DeltaDiscoveryRequest.newBuilder()
            .setNode(
                Node.newBuilder()
                    .setId("kubernetes/c1/shop/" + node)
                    .setMetadata(Struct.newBuilder().putFields("tombolo", tombolo)))
            .setTypeUrl(
                (names.length == 0 ? ResourceType.CLUSTER : ResourceType.ENDPOINTS).typeUrl());
    for (var name : names) {
      request.addResourceNamesSubscribe(name);
    }
    call.write(request.build());
    return call;
  }

  private static void assertServed(BlockingClientCall<?, DeltaDiscoveryResponse> call)
      throws Exception {
    assertThat(call.read(10, TimeUnit.SECONDS)).isNotNull();
  }

  private static void assertEnded(
      BlockingClientCall<?, DeltaDiscoveryResponse> call, Status.Code code, String... words) {
    assertThatThrownBy(() -> call.read(10, TimeUnit.SECONDS))
        .hasMessageContainingAll(words)
        .extracting(ended -> Status.fromThrowable(ended).getCode())
        .isEqualTo(code);
  }

  @Test
  void an_identity_has_so_many_streams_and_others_are_not_affected() throws Exception {
    with(
        Map.of("tombolo.xds.max-streams-per-identity", "2"),
        channel -> {
          var first = stream(channel, "cart-1", "cart");
          assertServed(first);
          assertServed(stream(channel, "cart-2", "cart"));

          assertEnded(
              stream(channel, "cart-3", "cart"),
              Status.Code.RESOURCE_EXHAUSTED,
              "sa/cart",
              "max-streams-per-identity");
          assertServed(stream(channel, "web-1", "web"));
        });
  }

  @Test
  void a_proxy_that_comes_back_is_served_and_its_oldest_stream_ends() throws Exception {
    with(
        Map.of(
            "tombolo.xds.max-streams-per-node", "1", "tombolo.xds.max-streams-per-identity", "1"),
        channel -> {
          var lost = stream(channel, "cart-1", "cart");
          assertServed(lost);

          assertServed(stream(channel, "cart-1", "cart"));
          assertEnded(lost, Status.Code.ABORTED, "newer stream");
        });
  }

  @Test
  void a_stream_asks_for_so_many_names() throws Exception {
    with(
        Map.of("tombolo.xds.max-names", "3"),
        channel -> {
          assertServed(stream(channel, "cart-1", "cart", "a", "b", "c"));
          assertEnded(
              stream(channel, "cart-2", "cart", "a", "b", "c", "d"),
              Status.Code.RESOURCE_EXHAUSTED,
              "resource_names_subscribe",
              "max-names");
        });
  }

  @Test
  void a_request_has_so_many_bytes() throws Exception {
    with(
        Map.of("tombolo.xds.max-request-bytes", "2000"),
        channel -> {
          var names = IntStream.range(0, 500).mapToObj(i -> "name-" + i).toArray(String[]::new);
          assertEnded(
              stream(channel, "cart-1", "cart", names), Status.Code.RESOURCE_EXHAUSTED, "2000");
          assertServed(stream(channel, "cart-2", "cart", "a"));
        });
  }

  @Test
  void who_asks_too_fast_is_answered_all_the_same() throws Exception {
    with(
        Map.of("tombolo.xds.max-requests-per-second", "50"),
        channel -> {
          var call = stream(channel, "cart-1", "cart", "name-0");
          assertServed(call);
          for (int i = 1; i < 100; i++) {
            call.write(
                DeltaDiscoveryRequest.newBuilder()
                    .setTypeUrl(ResourceType.ROUTES.typeUrl())
                    .addResourceNamesSubscribe("name-" + i)
                    .build());
          }
          call.write(
              DeltaDiscoveryRequest.newBuilder()
                  .setTypeUrl(ResourceType.CLUSTER.typeUrl())
                  .build());
          assertServed(call);
        });
  }

  @Test
  void a_limit_of_nothing_is_refused_by_name() {
    assertThatThrownBy(() -> controlPlane(Map.of("tombolo.xds.max-names", "0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("tombolo.xds.max-names", "at least 1");
  }
}
