package io.tombolo.kubernetes;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.policy.PolicyObject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Policies that are written in kinds of other projects, and what they refer to. Not thread-safe.
final class Foreign {
  /// What a policy refers to is looked up, and is remembered to be needed.
  static final class Lookup {
    private final Map<Ref, Known> objects;
    private final Map<Ref, KnownService> services;
    private final Set<Ref> needed = new HashSet<>();

    private Lookup(Map<Ref, Known> objects, Map<Ref, KnownService> services) {
      this.objects = objects;
      this.services = services;
    }

    /// Empty if it is not there.
    Optional<Tree> find(Dialect kind, String namespace, String name) {
      var ref = kind.named(namespace, name);
      needed.add(ref);
      return Optional.ofNullable(objects.get(ref)).map(Known::tree);
    }

    /// The services of a namespace, by name.
    SortedMap<String, KnownService.Pods> services(String namespace) {
      needed.add(all(namespace));
      var there = new TreeMap<String, KnownService.Pods>();
      services.forEach((ref, service) -> {
        if (ref.namespace().equals(namespace) && Names.isLabel(ref.name())) {
          there.put(ref.name(), service.pods());
        }
      });
      return there;
    }
  }

  private record Known(Dialect dialect, GenericKubernetesResource object) {
    Tree tree() {
      return Tree.of(object);
    }

    boolean annotation(String name) {
      return Boolean.parseBoolean(Given.of(object.getMetadata().getAnnotations()).get(name));
    }
  }

  private static final String DRY_RUN = "istio.io/dry-run";

  private final Cluster cluster;
  private final Map<Ref, KnownService> services;
  private final Map<Ref, Known> objects = new HashMap<>();
  private final Dependents dependents = new Dependents();

  /// @param services those there are, as of now
  Foreign(Cluster cluster, Map<Ref, KnownService> services) {
    this.cluster = cluster;
    this.services = services;
  }

  /// Stands for all services of a namespace.
  private static Ref all(String namespace) {
    return new Ref("Service", namespace, "");
  }

  /// The pods of a service of this namespace are others now.
  ///
  /// @return those of which [#items] may say something else now
  Stream<Ref> movedIn(String namespace) {
    return dependents.of(all(namespace));
  }

  /// The object is so now.
  ///
  /// @return those of which [#items] may say something else now
  Stream<Ref> put(Ref ref, Dialect dialect, GenericKubernetesResource object) {
    objects.put(ref, new Known(dialect, object));
    return Stream.concat(Stream.of(ref), dependents.of(ref));
  }

  /// The object is gone.
  ///
  /// @return those of which [#items] may say something else now
  Stream<Ref> remove(Ref ref) {
    objects.remove(ref);
    dependents.forget(ref);
    return dependents.of(ref);
  }

  /// What follows from an object: the policy that it is, or nothing.
  List<Item> items(Ref ref) {
    var known = objects.get(ref);
    if (known == null) {
      return List.of();
    }
    var lookup = new Lookup(objects, services);
    try {
      return policy(ref, known, lookup).<List<Item>>map(List::of).orElse(List.of());
    } catch (IllegalArgumentException malformed) {
      var key = PolicyObject.key(cluster.source(), ref.kind(), ref.namespace(), ref.name());
      return List.of(
          PolicyObject.rejected(
              key, List.of(requireNonNullElse(malformed.getMessage(), "malformed"))));
    } finally {
      dependents.put(ref, lookup.needed);
    }
  }

  private Optional<PolicyObject> policy(Ref ref, Known known, Lookup lookup) {
    return switch (known.dialect()) {
      case TRAFFIC_TARGET ->
          Optional.of(WrittenTrafficTarget.of(ref, known.tree(), lookup, cluster));
      case AUTHORIZATION_POLICY ->
          Optional.of(
              WrittenAuthorizationPolicy.of(
                  ref, known.tree(), known.annotation(DRY_RUN), lookup, cluster));
      case X_AUTHORIZATION_POLICY ->
          Optional.of(WrittenXAuthorizationPolicy.of(ref, known.tree(), lookup, cluster));
      case SERVICE_INTENTIONS ->
          Optional.of(WrittenServiceIntentions.of(ref, known.tree(), cluster));
      case IDENTITY_BINDING, HTTP_ROUTE_GROUP, TCP_ROUTE, UDP_ROUTE -> Optional.empty();
    };
  }
}
