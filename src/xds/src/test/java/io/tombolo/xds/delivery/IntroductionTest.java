package io.tombolo.xds.delivery;

import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.mesh.scope.Upstream;
import java.util.List;
import org.junit.jupiter.api.Test;

class IntroductionTest {
  private static final SpiffeId CART = SpiffeId.serviceAccount(TRUST_DOMAIN, "shop", "cart");
  private static final String NODE_ID = "kubernetes/cluster-1/shop/cart-1";

  private static Introduction of(SpiffeId identity, String metadata) {
    var node = Node.newBuilder();
    try {
      JsonFormat.parser()
          .merge("{\"id\": \"%s\", \"metadata\": %s}".formatted(NODE_ID, metadata), node);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    return Introduction.of(identity, node.build());
  }

  @Test
  void a_sidecar_says_where_it_is_and_what_it_wants() {
    var introduction =
        of(
            CART,
            """
            {"tombolo": {"network": "pods", "zone": "a", "upstreams": [
              {"service": "billing", "listen": "127.0.0.1:9001"},
              {"service": "db", "port": 5432, "listen": "[::1]:9002"}]}}
            """);

    assertThat(introduction)
        .isEqualTo(
            new Introduction.Understood(
                new Proxy(
                    NODE_ID,
                    CART,
                    new Proxy.Role.Sidecar(),
                    "pods",
                    "a",
                    List.of(
                        new Upstream("billing", 0, "127.0.0.1", 9001),
                        new Upstream("db", 5432, "::1", 9002)))));
  }

  @Test
  void a_gateway_is_one_by_its_certificate_and_only_of_the_network_there() {
    var identity = SpiffeId.meshGateway(TRUST_DOMAIN, "vms");

    assertThat(of(identity, "{\"tombolo\": {\"network\": \"pods\"}}"))
        .isEqualTo(
            new Introduction.Understood(
                new Proxy(NODE_ID, identity, new Proxy.Role.MeshGateway(), "vms", "", List.of())));
  }

  @Test
  void an_upstream_that_listens_to_the_network_is_refused() {
    var introduction =
        of(
            CART,
            """
            {"tombolo": {"upstreams": [{"service": "billing", "listen": "0.0.0.0:9001"}]}}
            """);

    assertThat(introduction).isInstanceOf(Introduction.Refused.class);
    assertThat(introduction.toString()).contains("node.metadata.tombolo", "loopback");
  }

  @Test
  void a_stream_without_node_is_refused() {
    assertThat(Introduction.of(CART, Node.getDefaultInstance()))
        .isInstanceOf(Introduction.Refused.class);
  }

  @Test
  void a_port_that_is_no_number_is_refused() {
    var introduction =
        of(CART, "{\"tombolo\": {\"upstreams\": [{\"listen\": \"127.0.0.1:http\"}]}}");

    assertThat(introduction.toString())
        .contains("upstreams.listen: must be <loopback address>:<port>");
  }
}
