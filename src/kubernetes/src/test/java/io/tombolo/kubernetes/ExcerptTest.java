package io.tombolo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExcerptTest {
  private final KubernetesSerialization excerpt = Excerpt.serialization();

  @Test
  void of_a_pod_it_reads_who_it_is_and_where() {
    var pod =
        excerpt.unmarshal(
            """
            {"apiVersion": "v1", "kind": "Pod",
             "metadata": {"name": "web", "namespace": "shop", "uid": "u1", "resourceVersion": "7",
               "creationTimestamp": "2026-01-01T00:00:00Z",
               "managedFields": [{"manager": "kubelet", "fieldsV1": {"f:status": {}}}]},
             "spec": {"serviceAccountName": "web", "containers": [{"name": "app"}], "new": {"a": 1}},
             "status": {"podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}], "qosClass": "Burstable"}}
            """,
            Pod.class);

    assertThat(pod.getMetadata().getResourceVersion()).isEqualTo("7");
    assertThat(pod.getMetadata().getCreationTimestamp()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(pod.getMetadata().getManagedFields()).isEmpty();
    assertThat(KnownPod.of(pod)).isEqualTo(new KnownPod("web", "u1", Set.of("10.0.0.1")));
    assertThat(pod.getSpec().getContainers()).isEmpty();
    assertThat(pod.getStatus().getQosClass()).isNull();
  }

  @Test
  void of_a_node_it_reads_its_metadata_alone() {
    var node =
        excerpt.unmarshal(
            """
            {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "labels": {"a": "b"}},
             "spec": {"podCIDR": "10.1.0.0/24"}, "status": {"images": [{"names": ["x"]}]}}
            """,
            Node.class);

    assertThat(node.getMetadata().getLabels()).containsEntry("a", "b");
    assertThat(node.getSpec()).isNull();
    assertThat(node.getStatus()).isNull();
  }

  @Test
  void of_a_slice_it_reads_what_is_kept_of_it() {
    var json =
        """
        {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
         "metadata": {"name": "web-1", "namespace": "shop",
           "labels": {"kubernetes.io/service-name": "web"}},
         "ports": [{"name": "http", "port": 80, "protocol": "TCP"}],
         "endpoints": [{"addresses": ["10.0.0.1"], "nodeName": "n1", "zone": "z1",
           "conditions": {"ready": true, "serving": true, "terminating": false},
           "targetRef": {"kind": "Pod", "namespace": "shop", "name": "web", "uid": "u1"}}]}
        """;
    var ref = new Ref("EndpointSlice", "shop", "web-1");

    assertThat(KnownSlice.of(ref, excerpt.unmarshal(json, EndpointSlice.class)))
        .isEqualTo(
            KnownSlice.of(ref, new KubernetesSerialization().unmarshal(json, EndpointSlice.class)));
  }

  @Test
  void it_writes_everything() {
    var pod =
        new PodBuilder()
            .withNewSpec()
            .addNewContainer()
            .withName("app")
            .endContainer()
            .endSpec()
            .build();

    assertThat(excerpt.asJson(pod)).contains("containers", "app");
  }
}
