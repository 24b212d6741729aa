package io.tombolo.kubernetes;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBuilder;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads of Kubernetes' objects the fields that mean something to the mesh, and skips the others as
/// they are parsed: who needs another one has to name it here. Writes everything.
final class Excerpt extends BeanDeserializerModifier {
  private static final String API_VERSION = "apiVersion";
  private static final String KIND = "kind";
  private static final String METADATA = "metadata";
  private static final String SPEC = "spec";
  private static final Set<String> EXISTENCE = Set.of(API_VERSION, KIND, METADATA);

  /// By type; of others everything is read.
  private static final Map<Class<?>, Set<String>> READ =
      Map.ofEntries(
          Map.entry(
              ObjectMeta.class,
              Set.of(
                  "name",
                  "namespace",
                  "uid",
                  "resourceVersion",
                  "generation",
                  "creationTimestamp",
                  "deletionTimestamp",
                  "labels",
                  "annotations")),
          Map.entry(Namespace.class, EXISTENCE),
          Map.entry(Node.class, EXISTENCE),
          Map.entry(CustomResourceDefinition.class, EXISTENCE),
          Map.entry(Pod.class, Set.of(API_VERSION, KIND, METADATA, SPEC, "status")),
          Map.entry(PodSpec.class, Set.of("serviceAccountName", "nodeName")),
          Map.entry(PodStatus.class, Set.of("podIP", "podIPs", "phase")),
          Map.entry(Service.class, Set.of(API_VERSION, KIND, METADATA, SPEC)),
          Map.entry(
              ServiceSpec.class, Set.of("type", "ports", "clusterIP", "clusterIPs", "selector")),
          Map.entry(
              ServicePort.class, Set.of("name", "protocol", "port", "appProtocol", "targetPort")),
          Map.entry(
              EndpointSlice.class,
              Set.of(API_VERSION, KIND, METADATA, "addressType", "endpoints", "ports")),
          Map.entry(
              Endpoint.class, Set.of("addresses", "conditions", "targetRef", "nodeName", "zone")),
          Map.entry(ObjectReference.class, Set.of(KIND, "namespace", "name", "uid")));

  private Excerpt() {}

  static KubernetesSerialization serialization() {
    var mapper = new ObjectMapper();
    mapper.registerModule(new SimpleModule("excerpt").setDeserializerModifier(new Excerpt()));
    return new KubernetesSerialization(mapper, true);
  }

  @Override
  public BeanDeserializerBuilder updateBuilder(
      DeserializationConfig config, BeanDescription type, BeanDeserializerBuilder builder) {
    var read = READ.get(type.getBeanClass());
    if (read != null) {
      for (var property : properties(builder)) {
        if (!read.contains(property.getName())) {
          builder.removeProperty(property.getFullName());
          builder.addIgnorable(property.getName());
        }
      }
    }
    return builder;
  }

  /// As they are now, while some are removed.
  private static List<SettableBeanProperty> properties(BeanDeserializerBuilder builder) {
    var all = new ArrayList<SettableBeanProperty>();
    builder.getProperties().forEachRemaining(all::add);
    return all;
  }
}
