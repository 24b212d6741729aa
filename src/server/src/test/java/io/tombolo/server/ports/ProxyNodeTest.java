package io.tombolo.server.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.grpc.StatusException;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.mesh.scope.Upstream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyNodeTest {
  private static final TrustDomain TD = new TrustDomain("tombolo.local");
  private static final SpiffeId WEB = SpiffeId.serviceAccount(TD, "shop", "web");
  private static final Mesh NOTHING =
      Mesh.of(
          Catalog.of(List.of()),
          new Mesh.Settings(TD, new SameName(SameName.Choice.APART, Map.of()), Map.of()));

  @Test
  void a_sidecar_says_its_network_zone_and_upstreams() throws Exception {
    var node =
        node(
            """
            {"id": "kubernetes/c1/shop/web-1", "metadata": {"tombolo": {"network": "pods", "zone": "z1",
             "upstreams": [{"service": "billing", "port": 8080, "listen": "127.0.0.1:9001"}]}}}
            """);

    assertThat(ProxyNode.of(node, WEB, NOTHING))
        .isEqualTo(
            new Proxy(
                "kubernetes/c1/shop/web-1",
                WEB,
                new Proxy.Role.Sidecar(),
                "pods",
                "z1",
                List.of(new Upstream("billing", 8080, "127.0.0.1", 9001))));
  }

  @Test
  void the_certificate_says_of_which_network_a_gateway_is() throws Exception {
    var node =
        node("{\"id\": \"gateway/g\", \"metadata\": {\"tombolo\": {\"network\": \"pods\"}}}");

    var proxy = ProxyNode.of(node, SpiffeId.meshGateway(TD, "vms"), NOTHING);

    assertThat(proxy.role()).isEqualTo(new Proxy.Role.MeshGateway());
    assertThat(proxy.network()).isEqualTo("vms");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\": \"x\"}",
        "{\"id\": \"\", \"metadata\": {\"tombolo\": {\"network\": \"pods\"}}}",
        "{\"id\": \"x\", \"metadata\": {\"tombolo\": \"pods\"}}",
        "{\"id\": \"x\", \"metadata\": {\"tombolo\": {\"network\": \"../pods\"}}}",
        "{\"id\": \"x\", \"metadata\": {\"tombolo\": {\"network\": \"pods\", \"upstreams\":"
            + " [{\"service\": \"a\", \"listen\": \"9001\"}]}}}",
        "{\"id\": \"x\", \"metadata\": {\"tombolo\": {\"network\": \"pods\", \"upstreams\":"
            + " [{\"service\": \"a\", \"listen\": \"127.0.0.1:nine\"}]}}}",
        "{\"id\": \"x\", \"metadata\": {\"tombolo\": {\"network\": \"pods\", \"upstreams\":"
            + " [{\"service\": \"a\", \"listen\": \"0.0.0.0:9001\"}]}}}",
        "{\"id\": \"x\", \"metadata\": {\"tombolo\": {\"network\": \"pods\", \"upstreams\":"
            + " [{\"service\": \"a\", \"port\": 70000, \"listen\": \"127.0.0.1:9001\"}]}}}",
      })
  void a_node_that_is_not_understood_is_refused(String json) throws Exception {
    var node = node(json);

    assertThatThrownBy(() -> ProxyNode.of(node, WEB, NOTHING))
        .isInstanceOfSatisfying(
            StatusException.class,
            refused ->
                assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
  }

  private static Node node(String json) throws InvalidProtocolBufferException {
    var node = Node.newBuilder();
    JsonFormat.parser().merge(json, node);
    return node.build();
  }
}
