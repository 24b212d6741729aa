package io.tombolo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Health;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.identity.TrustDomain;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EndpointsTest {
  private static EndpointSet ofOneWithoutPod(Cluster.WithoutPod withoutPod) {
    var cluster =
        new Cluster(
            SourceId.kubernetes("east"),
            new TrustDomain("example.org"),
            "pods",
            new Networks(Map.of()),
            withoutPod);
    var row = new KnownSlice.Row("10.1.0.7", Health.HEALTHY, new KnownSlice.Target.None(), "", "");
    var ports = List.of(new KnownSlice.SlicePort("http", 8080));
    return (EndpointSet)
        new Endpoints(cluster, Map.of(), Map.of())
            .of(
                new Ref("EndpointSlice", "shop", "cart-1"),
                new KnownSlice("cart", "IPv4", ports, List.of(row)))
            .getFirst();
  }

  @Test
  void one_that_names_no_pod_is_quarantined() {
    var set = ofOneWithoutPod(Cluster.WithoutPod.QUARANTINED);

    assertThat(set.endpoints()).isEmpty();
    assertThat(set.quarantined().toString()).contains("10.1.0.7", "targetRef: missing");
  }

  @Test
  void in_a_bench_it_is_taken_for_one_of_the_default_account() {
    var set = ofOneWithoutPod(Cluster.WithoutPod.ASSUMED);

    assertThat(set.quarantined()).isEmpty();
    assertThat(set.endpoints())
        .extracting(endpoint -> endpoint.workload().identity().toString())
        .containsExactly("spiffe://example.org/ns/shop/sa/default");
  }
}
