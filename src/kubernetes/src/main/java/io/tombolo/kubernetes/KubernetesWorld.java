package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.tombolo.kubernetes.v1alpha1.Intention;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Refused;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What is known of one cluster, and the facts that follow from it. Objects are put and removed as
/// they are seen, in any order; each call returns what changed for the mesh. Objects of kinds that
/// mean nothing to the mesh are ignored.
///
/// Nothing it is given makes it throw: what cannot be taken is said to be refused or quarantined.
/// Not thread-safe.
public final class KubernetesWorld {
  private static final String ZONE_LABEL = "topology.kubernetes.io/zone";

  private final Cluster cluster;
  private final Map<Ref, KnownService> services = new HashMap<>();
  private final Map<Ref, KnownSlice> slices = new HashMap<>();
  private final Map<Ref, KnownPod> pods = new HashMap<>();
  private final Map<Ref, String> zones = new HashMap<>();
  private final Map<String, Said> namespaces = new HashMap<>();
  private final Endpoints endpoints;

  /// The slices that depend on a pod or a node.
  private final Dependents dependents = new Dependents();

  private final Foreign foreign;

  private final Map<Ref, List<Item>> said = new LinkedHashMap<>();

  public KubernetesWorld(Cluster cluster) {
    this.cluster = cluster;
    this.endpoints = new Endpoints(cluster, pods, zones);
    this.foreign = new Foreign(cluster, services);
  }

  /// The object is so now.
  public List<Fact> put(HasMetadata object) {
    var ref = Ref.of(object);
    var problem = ref.problem();
    if (problem.isPresent()) {
      return understood(object)
          ? say(ref, List.of(new Refused(cluster.source(), ref.toString(), problem.get())))
          : List.of();
    }
    return switch (object) {
      case io.fabric8.kubernetes.api.model.Service service ->
          putService(ref, KnownService.of(ref, service, cluster));
      case EndpointSlice slice -> putSlice(ref, KnownSlice.of(ref, slice));
      case Pod pod -> putPod(ref, KnownPod.of(pod));
      case Node node -> putZone(ref, zone(node));
      case Namespace namespace -> putNamespace(ref, namespace);
      case Intention intention -> say(ref, List.of(WrittenIntention.of(ref, intention, cluster)));
      case HTTPRoute route ->
          say(
              ref,
              WrittenRoute.of(ref, route, cluster).<List<Item>>map(List::of).orElse(List.of()));
      case GenericKubernetesResource other ->
          Dialect.of(other)
              .map(dialect -> sayForeign(foreign.put(ref, dialect, other)))
              .orElse(List.of());
      default -> List.of();
    };
  }

  /// The object is gone.
  public List<Fact> remove(HasMetadata object) {
    var ref = Ref.of(object);
    var facts = new ArrayList<>(say(ref, List.of()));
    switch (object) {
      case io.fabric8.kubernetes.api.model.Service _ -> {
        services.remove(ref);
        facts.addAll(sayForeign(foreign.movedIn(ref.namespace())));
      }
      case EndpointSlice _ -> {
        slices.remove(ref);
        dependents.forget(ref);
      }
      case Pod _ -> {
        pods.remove(ref);
        facts.addAll(sayDependents(ref));
      }
      case Node _ -> facts.addAll(putZone(ref, ""));
      case Namespace _ -> {
        namespaces.remove(ref.name());
        facts.addAll(sayServicesOf(ref.name()));
      }
      case GenericKubernetesResource _ -> facts.addAll(sayForeign(foreign.remove(ref)));
      default -> {}
    }
    return facts;
  }

  /// Everything that follows from what is known.
  public List<Fact> facts() {
    return items().<Fact>map(Fact.Registered::new).toList();
  }

  /// What is there, as of now.
  public Set<Key> present() {
    return items().map(Item::key).collect(Collectors.toUnmodifiableSet());
  }

  private Stream<Item> items() {
    return said.values().stream().flatMap(Collection::stream);
  }

  /// Are objects of this kind read?
  public static boolean understood(HasMetadata object) {
    return switch (object) {
      case io.fabric8.kubernetes.api.model.Service _ -> true;
      case EndpointSlice _, Pod _, Node _, Namespace _, Intention _, HTTPRoute _ -> true;
      case GenericKubernetesResource other -> Dialect.of(other).isPresent();
      default -> false;
    };
  }

  /// Says what is denied at a service before the service itself.
  private List<Fact> putService(Ref ref, KnownService service) {
    var before = services.put(ref, service);
    var facts = new ArrayList<Fact>();
    if (before == null || !before.pods().equals(service.pods())) {
      facts.addAll(sayForeign(foreign.movedIn(ref.namespace())));
    }
    facts.addAll(sayService(ref));
    return facts;
  }

  private List<Fact> putSlice(Ref ref, KnownSlice slice) {
    slices.put(ref, slice);
    dependents.put(ref, dependencies(slice));
    return say(ref, endpoints.of(ref, slice));
  }

  private static Set<Ref> dependencies(KnownSlice slice) {
    return slice.rows().stream()
        .flatMap(row ->
            Stream.concat(
                row.target() instanceof KnownSlice.Target.Pod pod
                    ? Stream.of(pod.ref())
                    : Stream.empty(),
                row.node().isEmpty() ? Stream.empty() : Stream.of(Ref.node(row.node()))))
        .collect(Collectors.toSet());
  }

  private List<Fact> putPod(Ref ref, KnownPod pod) {
    return pod.equals(pods.put(ref, pod)) ? List.of() : sayDependents(ref);
  }

  private List<Fact> putZone(Ref node, String zone) {
    var before = zone.isEmpty() ? zones.remove(node) : zones.put(node, zone);
    return zone.equals(before) || (zone.isEmpty() && before == null)
        ? List.of()
        : sayDependents(node);
  }

  private static String zone(Node node) {
    return Zone.orNone(Given.of(node.getMetadata().getLabels()).getOrDefault(ZONE_LABEL, ""));
  }

  private List<Fact> putNamespace(Ref ref, Namespace namespace) {
    var metadata = namespace.getMetadata();
    var unknown = Said.unknown(metadata).map(name -> KnownService.unknown(ref, name, cluster));
    var facts = new ArrayList<>(say(ref, List.copyOf(unknown.stream().toList())));
    namespaces.put(ref.name(), Said.of(metadata));
    facts.addAll(sayServicesOf(ref.name()));
    return facts;
  }

  private List<Fact> sayServicesOf(String namespace) {
    return services.keySet().stream()
        .filter(service -> service.namespace().equals(namespace))
        .flatMap(service -> sayService(service).stream())
        .toList();
  }

  private List<Fact> sayService(Ref ref) {
    var service = services.get(ref);
    return service == null
        ? List.of()
        : say(ref, service.in(namespaces.getOrDefault(ref.namespace(), Said.NOTHING)));
  }

  private List<Fact> sayDependents(Ref on) {
    return dependents
        .of(on)
        .flatMap(ref -> {
          var slice = slices.get(ref);
          return slice == null ? Stream.empty() : say(ref, endpoints.of(ref, slice)).stream();
        })
        .toList();
  }

  private List<Fact> sayForeign(Stream<Ref> policies) {
    return policies.flatMap(ref -> say(ref, foreign.items(ref)).stream()).toList();
  }

  /// Says what changed between what was said of this object before and now.
  private List<Fact> say(Ref ref, List<Item> items) {
    var before = items.isEmpty() ? said.remove(ref) : said.put(ref, items);
    var facts = new ArrayList<Fact>();
    var keys = items.stream().map(Item::key).collect(Collectors.toSet());
    for (var item : before == null ? List.<Item>of() : before) {
      if (!keys.contains(item.key())) {
        facts.add(new Fact.Gone(item.key()));
      }
    }
    for (var item : items) {
      if (before == null || !before.contains(item)) {
        facts.add(new Fact.Registered(item));
      }
    }
    return facts;
  }
}
