package io.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTest {
  private static ClusterLoadAssignment endpoints(String... addresses) {
    var all =
        Stream.of(addresses)
            .map(SocketAddress.newBuilder()::setAddress)
            .map(socket ->
                LbEndpoint.newBuilder()
                    .setEndpoint(
                        Endpoint.newBuilder()
                            .setAddress(Address.newBuilder().setSocketAddress(socket)))
                    .build())
            .toList();
    return ClusterLoadAssignment.newBuilder()
        .setClusterName("cart")
        .addEndpoints(LocalityLbEndpoints.newBuilder().addAllLbEndpoints(all))
        .build();
  }

  private static Answer answer(ClusterLoadAssignment content) {
    return Answer.of(
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(Kind.EDS.url())
            .setNonce("n1")
            .addResources(
                Resource.newBuilder()
                    .setName("cart")
                    .setVersion("v1")
                    .setResource(Any.pack(content)))
            .addRemovedResources("web")
            .build()
            .toByteArray());
  }

  @Test
  void what_a_proxy_needs_is_read() throws Exception {
    var content = endpoints("10.0.0.1");

    var answer = answer(content);

    assertThat(answer.kind()).isEqualTo(Kind.EDS);
    assertThat(answer.nonce()).isEqualTo("n1");
    assertThat(answer.removed()).isEqualTo(List.of("web"));
    var given = answer.resources().getFirst();
    assertThat(given.name()).isEqualTo("cart");
    assertThat(given.version()).isEqualTo("v1");
    assertThat(ClusterLoadAssignment.parseFrom(answer.body(given))).isEqualTo(content);
    assertThat(answer.contains(given, "10.0.0.1".getBytes(StandardCharsets.UTF_8))).isTrue();
    assertThat(answer.contains(given, "10.0.0.2".getBytes(StandardCharsets.UTF_8))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 255, 256, 65_535, 65_536, Change.MOST - 1})
  void a_change_is_known_by_the_address_it_gave(int number) {
    var answer = answer(endpoints("198.1.0.9", "10.0.0.1", new Change(number).address()));

    assertThat(Change.in(answer, answer.resources().getFirst())).isEqualTo(number);
  }

  @Test
  void usual_addresses_are_no_change() {
    var answer = answer(endpoints("10.198.18.1", "198.17.0.1", "198.18"));

    assertThat(Change.in(answer, answer.resources().getFirst())).isZero();
  }
}
