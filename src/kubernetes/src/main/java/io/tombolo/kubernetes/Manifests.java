package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.tombolo.kubernetes.v1alpha1.Intention;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// Reads Kubernetes manifests, YAML or JSON, with our own kinds among them. Thread-safe.
public final class Manifests {
  private final KubernetesSerialization serialization = new KubernetesSerialization();

  public Manifests() {
    for (var version : List.of(Intention.VERSION, io.tombolo.kubernetes.v1.Intention.VERSION)) {
      serialization.registerKubernetesResource(
          Intention.GROUP + "/" + version, "Intention", Intention.class);
    }
  }

  /// The objects of a manifest: of all its documents, and of the lists among them.
  ///
  /// @throws IllegalArgumentException if it does not parse; the message says where
  public List<HasMetadata> parse(String text) {
    var objects = new ArrayList<HasMetadata>();
    try {
      for (var document : new Load(LoadSettings.builder().build()).loadAllFromString(text)) {
        if (document != null) {
          Object read = serialization.unmarshal(serialization.asJson(document));
          objects(read).forEach(objects::add);
        }
      }
    } catch (RuntimeException unreadable) {
      throw new IllegalArgumentException(
          "does not parse as Kubernetes objects: " + innermost(unreadable), unreadable);
    }
    return objects;
  }

  private static Stream<HasMetadata> objects(Object read) {
    return switch (read) {
      case HasMetadata object -> Stream.of(object);
      case KubernetesResourceList<?> list -> objects(list.getItems());
      case Collection<?> all -> all.stream().flatMap(Manifests::objects);
      default -> throw new IllegalArgumentException("has a document that is no Kubernetes object");
    };
  }

  private static String innermost(Throwable problem) {
    var cause = problem;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
