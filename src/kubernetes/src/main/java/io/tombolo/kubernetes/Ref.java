package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.tombolo.mesh.catalog.Names;
import java.util.Objects;
import java.util.Optional;

/// Which object of a cluster. Namespace and name are as written, not checked.
///
/// @param namespace empty for objects that are in none
record Ref(String kind, String namespace, String name) {
  private static final int LONGEST = 253;

  static Ref of(HasMetadata object) {
    var kind = Objects.requireNonNullElse(object.getKind(), object.getClass().getSimpleName());
    var metadata = object.getMetadata();
    var name = metadata == null ? "" : Objects.requireNonNullElse(metadata.getName(), "");
    if (object instanceof Node || object instanceof Namespace) {
      return new Ref(kind, "", name);
    }
    var namespace = metadata == null ? null : metadata.getNamespace();
    return new Ref(kind, namespace == null || namespace.isEmpty() ? "default" : namespace, name);
  }

  static Ref pod(String namespace, String name) {
    return new Ref("Pod", namespace, name);
  }

  static Ref node(String name) {
    return new Ref("Node", "", name);
  }

  /// What is wrong with its namespace or name, if anything.
  Optional<String> problem() {
    if (!namespace.isEmpty() && !Names.isLabel(namespace)) {
      return Optional.of(
          "metadata.namespace: must be a DNS label (1 to 63 of a-z, 0-9 and '-'); rename it");
    }
    return isSubdomain(name)
        ? Optional.empty()
        : Optional.of(
            "metadata.name: must be 1 to 253 of a-z, 0-9, '-' and '.', in labels; rename it");
  }

  /// Is this a DNS subdomain as Kubernetes understands it: labels with dots between?
  static boolean isSubdomain(String name) {
    if (name.isEmpty() || name.length() > LONGEST) {
      return false;
    }
    int start = 0;
    for (int i = 0; i <= name.length(); i++) {
      if (i == name.length() || name.charAt(i) == '.') {
        if (!isSegment(name.substring(start, i))) {
          return false;
        }
        start = i + 1;
      }
    }
    return true;
  }

  /// As a label, but as long as the name may be.
  private static boolean isSegment(String segment) {
    return !segment.isEmpty()
        && !segment.startsWith("-")
        && !segment.endsWith("-")
        && segment
            .chars()
            .allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
  }

  /// `Service shop/cart`, printable.
  @Override
  public String toString() {
    var where = namespace.isEmpty() ? "" : Names.printable(namespace) + "/";
    return Names.printable(kind) + " " + where + Names.printable(name);
  }
}
