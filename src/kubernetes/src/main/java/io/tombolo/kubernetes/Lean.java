package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Holds the objects of an informer without those labels and annotations that mean nothing to the
/// mesh; see [Excerpt] for what is not even read. Thread-safe.
final class Lean<T extends HasMetadata> implements ItemStore<T> {
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  private final Map<String, T> objects = new ConcurrentHashMap<>();

  @Override
  public String getKey(T object) {
    return Cache.metaNamespaceKeyFunc(object);
  }

  @Override
  public @Nullable T put(String key, T object) {
    slim(object);
    return objects.put(key, object);
  }

  private static void slim(HasMetadata object) {
    var metadata = object.getMetadata();
    if (object instanceof Pod) {
      metadata.setAnnotations(Map.of());
      metadata.setLabels(Map.of());
    } else if (metadata.getAnnotations() != null) {
      metadata.getAnnotations().remove(LAST_APPLIED);
    }
    if (object instanceof GenericKubernetesResource other) {
      other.getAdditionalProperties().remove("status");
    }
  }

  @Override
  public @Nullable T remove(String key) {
    return objects.remove(key);
  }

  @Override
  public Stream<String> keySet() {
    return objects.keySet().stream();
  }

  @Override
  public Stream<T> values() {
    return objects.values().stream();
  }

  @Override
  public int size() {
    return objects.size();
  }

  @Override
  public @Nullable T get(String key) {
    return objects.get(key);
  }
}
