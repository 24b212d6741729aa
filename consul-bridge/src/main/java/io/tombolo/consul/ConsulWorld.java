package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Ip;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.PolicyObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What is registered in Consul, in the words of the mesh. A pure function; the API and files of
/// Consul's format share it.
///
/// @param source the datacenter
/// @param network where addresses are that no declared range covers
public record ConsulWorld(
    TrustDomain trustDomain, SourceId source, Networks networks, String network) {
  /// The namespace of all services in Consul's community edition.
  public static final String NAMESPACE = "default";

  static final String OWN_NAME = "consul";
  private static final String EXPORT = "tombolo-export";
  private static final String HTTP_PROFILE = "tombolo-http-profile";
  private static final String ENFORCEMENT = "tombolo-enforcement";
  private static final int MOST_LABELS = 256;

  /// A service with all its instances, in the order in which they were registered: the service and
  /// its endpoints, or what was refused; nothing for Consul itself, proxies and gateways.
  public List<Item> service(String name, List<Instance> instances, Protocol protocol) {
    var ordinary = instances.stream().filter(instance -> instance.kind().isEmpty()).toList();
    if (name.equals(OWN_NAME) || ordinary.isEmpty()) {
      return List.of();
    }
    if (!Names.isLabel(name)) {
      return List.of(refusedName(name));
    }
    var id = new ServiceId(source, NAMESPACE, name);
    var set = new Admission(this, id).of(ordinary);
    var port = ordinary.stream().mapToInt(Instance::port).filter(p -> p > 0 && p <= 65535).min();
    if (port.isEmpty()) {
      return List.of(set);
    }
    var items = new ArrayList<Item>();
    items.add(service(id, new Port("", port.getAsInt(), protocol), ordinary));
    items.add(set);
    profiles(ordinary)
        .filter(profile -> HttpProfile.named(profile).isEmpty())
        .findFirst()
        .ifPresent(unknown -> items.add(ignored(name, HTTP_PROFILE, HttpProfile.unknown(unknown))));
    asked(ordinary)
        .flatMap(Optional::stream)
        .filter(step -> Enforcement.named(step).isEmpty())
        .findFirst()
        .ifPresent(unknown -> items.add(ignored(name, ENFORCEMENT, Enforcement.unknown(unknown))));
    return items;
  }

  private Refused ignored(String service, String meta, String why) {
    return new Refused(source, "service %s Meta.%s".formatted(service, meta), why);
  }

  /// A `service-intentions` config entry. One that this mesh wrote says nothing that is not said
  /// elsewhere.
  public Item intentions(JsonNode entry) {
    var read = ServiceIntentions.convert(source, entry);
    return new Ownership(trustDomain).owns(entry)
        ? PolicyObject.accepted(read.key(), List.of())
        : read;
  }

  /// A `jwt-provider` config entry.
  public Item jwtProvider(JsonNode entry) {
    return JwtProviderEntry.convert(source, entry);
  }

  Refused refusedName(String name) {
    return new Refused(
        source,
        "service " + Names.printable(name),
        "Name: must be a DNS label (1 to 63 of a-z, 0-9 and '-'), for it becomes part of"
            + " identities and of names in TLS; register the service under such a name");
  }

  private static Service service(ServiceId id, Port port, List<Instance> instances) {
    return new Service(
        id,
        List.of(port),
        Set.of(id.name()),
        virtualAddresses(instances),
        labels(instances),
        instances.stream().noneMatch(i -> "false".equals(i.meta().get(EXPORT))),
        httpProfile(instances),
        enforcement(instances));
  }

  /// The strictest step that its instances name, if all of them name one.
  private static Optional<Enforcement> enforcement(List<Instance> instances) {
    return asked(instances).anyMatch(Optional::isEmpty)
        ? Optional.empty()
        : asked(instances)
            .flatMap(Optional::stream)
            .map(step -> Enforcement.named(step).orElse(Enforcement.ENFORCE))
            .max(Comparator.naturalOrder());
  }

  /// What each instance says; empty if nothing.
  private static Stream<Optional<String>> asked(List<Instance> instances) {
    return instances.stream().map(i -> Optional.ofNullable(i.meta().get(ENFORCEMENT)));
  }

  /// Relaxed if all of its instances say so: while they differ the strict one counts.
  private static HttpProfile httpProfile(List<Instance> instances) {
    boolean relaxed =
        profiles(instances)
            .allMatch(p -> HttpProfile.named(p).equals(Optional.of(HttpProfile.RELAXED)));
    return relaxed ? HttpProfile.RELAXED : HttpProfile.STRICT;
  }

  /// What each instance says; `strict` if nothing.
  private static Stream<String> profiles(List<Instance> instances) {
    return instances.stream().map(i -> i.meta().getOrDefault(HTTP_PROFILE, "strict"));
  }

  private static List<String> virtualAddresses(List<Instance> instances) {
    var addresses = new TreeSet<String>();
    for (var instance : instances) {
      for (var address : instance.virtualAddresses()) {
        try {
          addresses.add(Ip.parse(address).getHostAddress());
        } catch (IllegalArgumentException notAnAddress) {
          // Consul gives these itself; one that is none is of no use and does no harm.
        }
      }
    }
    return List.copyOf(addresses);
  }

  /// Meta of all instances (of equal keys the first instance's), and tags as `tag/<tag>`.
  private static Map<String, String> labels(List<Instance> instances) {
    var labels = new TreeMap<String, String>();
    for (var instance : instances) {
      new TreeMap<>(instance.meta())
          .forEach((key, value) -> add(labels, Names.printable(key), Names.printable(value)));
      instance.tags().forEach(tag -> add(labels, "tag/" + Names.printable(tag), ""));
    }
    return labels;
  }

  private static void add(Map<String, String> labels, String key, String value) {
    if (labels.size() < MOST_LABELS) {
      labels.putIfAbsent(key, value);
    }
  }
}
