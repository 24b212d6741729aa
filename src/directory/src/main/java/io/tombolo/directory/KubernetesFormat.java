package io.tombolo.directory;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.tombolo.kubernetes.Cluster;
import io.tombolo.kubernetes.KubernetesWorld;
import io.tombolo.kubernetes.Manifests;
import io.tombolo.kubernetes.v1alpha1.Intention;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Refused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;

/// Kubernetes manifests of one cluster, YAML or JSON.
record KubernetesFormat(Cluster cluster, Manifests manifests) implements Format<List<HasMetadata>> {
  @Override
  public Use use(String fileName) {
    return fileName.endsWith(".yaml") || fileName.endsWith(".yml") || fileName.endsWith(".json")
        ? new Use.Read()
        : new Use.Ignore();
  }

  @Override
  public List<HasMetadata> parse(String text) {
    return manifests.parse(text);
  }

  @Override
  public List<Item> items(SortedMap<String, List<HasMetadata>> files) {
    var world = new KubernetesWorld(cluster);
    var items = new ArrayList<Item>();
    var writtenIn = new HashMap<String, String>();
    files.forEach((file, objects) -> {
      for (var object : objects) {
        var title = title(object);
        var first = writtenIn.putIfAbsent(title, file);
        if (!known(object)) {
          items.add(
              refused(file, title, "kind: is not read; write the EndpointSlices and Pods of it"));
        } else if (first != null) {
          items.add(refused(file, title, "is also written in " + first + "; keep one"));
        } else {
          world.put(object);
        }
      }
    });
    for (var fact : world.facts()) {
      if (fact instanceof Fact.Registered(var item)) {
        items.add(item);
      }
    }
    return items;
  }

  private static boolean known(HasMetadata object) {
    return switch (object) {
      case Service _, EndpointSlice _, Pod _, Node _, Namespace _, Intention _ -> true;
      case GenericKubernetesResource other -> KubernetesWorld.understood(other);
      default -> false;
    };
  }

  private Refused refused(String file, String title, String reason) {
    return new Refused(cluster.source(), "file " + file + ": " + title, reason);
  }

  private static String title(HasMetadata object) {
    var metadata = object.getMetadata();
    var namespace =
        metadata == null || object instanceof Node || object instanceof Namespace
            ? ""
            : Objects.requireNonNullElse(metadata.getNamespace(), "default") + "/";
    var name = metadata == null ? "" : Objects.requireNonNullElse(metadata.getName(), "");
    return Names.printable(
        Objects.requireNonNullElse(object.getKind(), "object") + " " + namespace + name);
  }
}
