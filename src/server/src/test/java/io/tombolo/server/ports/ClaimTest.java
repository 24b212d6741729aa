package io.tombolo.server.ports;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import org.junit.jupiter.api.Test;

class ClaimTest {
  @Test
  void a_certificate_decides_whatever_the_node_says() throws Exception {
    var cart = SpiffeId.serviceAccount(new TrustDomain("tombolo.local"), "shop", "cart");
    var node = Node.newBuilder();
    JsonFormat.parser()
        .merge(
            """
            {"metadata": {"tombolo": {"identity": "spiffe://tombolo.local/ns/shop/sa/ledger"}}}
            """,
            node);

    assertThat(new Claim.Certified(cart, "").identity(node.build())).isEqualTo(cart);
  }
}
