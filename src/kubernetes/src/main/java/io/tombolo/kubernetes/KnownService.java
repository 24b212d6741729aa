package io.tombolo.kubernetes;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Ip;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is kept of a Service: what it means, but for what its namespace adds.
///
/// @param items the service, or why it is refused; and what is ignored of it
/// @param said what it says itself
/// @param pods which pods serve it
record KnownService(List<Item> items, Said said, Pods pods) {
  /// Which pods serve a service.
  ///
  /// @param selector the labels that they have; empty if it does not say
  /// @param ports the port of the pods for each of its own; 0 if it is given by name
  record Pods(Map<String, String> selector, Map<Integer, Integer> ports) {
    private static final Pods UNKNOWN = new Pods(Map.of(), Map.of());

    private static Pods of(ServiceSpec spec) {
      var ports = new HashMap<Integer, Integer>();
      for (var port : Given.of(spec.getPorts())) {
        var target = port.getTargetPort();
        var number = requireNonNullElse(port.getPort(), 0);
        ports.put(
            number,
            target == null
                ? number
                : target.getStrVal() != null ? 0 : requireNonNullElse(target.getIntVal(), number));
      }
      return new Pods(Given.of(spec.getSelector()), ports);
    }

    /// Do all of its pods have these labels?
    boolean allHave(Map<String, String> labels) {
      return selector.entrySet().containsAll(labels.entrySet());
    }

    /// Can none of its pods have these labels, for it says that they have others?
    boolean noneHas(Map<String, String> labels) {
      return labels.entrySet().stream()
          .anyMatch(label ->
              selector.containsKey(label.getKey())
                  && !label.getValue().equals(selector.get(label.getKey())));
    }
  }

  static final String CONSUL_NAME = "consul.hashicorp.com/service-name";
  static final String HTTP_PROFILE = "mesh.tombolo.io/http-profile";

  static KnownService of(
      Ref ref, io.fabric8.kubernetes.api.model.Service service, Cluster cluster) {
    try {
      var items = new ArrayList<Item>();
      items.add(service(ref, service, cluster));
      var consulName = annotations(service).get(CONSUL_NAME);
      if (consulName != null && !Names.isLabel(consulName)) {
        items.add(
            ignored(
                ref,
                CONSUL_NAME,
                "must be a DNS label, not \"%s\"; the service is known by its own name only"
                    .formatted(Names.printable(consulName)),
                cluster));
      }
      var profile = annotations(service).get(HTTP_PROFILE);
      if (profile != null && HttpProfile.named(profile).isEmpty()) {
        items.add(ignored(ref, HTTP_PROFILE, HttpProfile.unknown(profile), cluster));
      }
      Said.unknown(service.getMetadata()).ifPresent(name -> items.add(unknown(ref, name, cluster)));
      return new KnownService(items, Said.of(service.getMetadata()), Pods.of(service.getSpec()));
    } catch (IllegalArgumentException bad) {
      var reason = requireNonNullElse(bad.getMessage(), "not valid");
      return new KnownService(
          List.of(new Refused(cluster.source(), ref.toString(), reason)),
          Said.NOTHING,
          Pods.UNKNOWN);
    }
  }

  /// That a Service or Namespace names a step of enforcement that there is none of.
  static Refused unknown(Ref ref, String name, Cluster cluster) {
    return ignored(ref, Said.ENFORCEMENT, Enforcement.unknown(name), cluster);
  }

  private static Refused ignored(Ref ref, String annotation, String why, Cluster cluster) {
    return new Refused(cluster.source(), ref + " annotation " + annotation, why);
  }

  /// What it means in a namespace which says this about its services.
  List<Item> in(Said ofNamespace) {
    var all = said.or(ofNamespace);
    return all.equals(said)
        ? items
        : items.stream().map(item -> item instanceof Service s ? saying(all, s) : item).toList();
  }

  private static Service saying(Said said, Service s) {
    return new Service(
        s.id(),
        s.ports(),
        s.consulNames(),
        s.virtualAddresses(),
        s.labels(),
        said.exported().orElse(true),
        s.httpProfile(),
        said.enforcement());
  }

  private static Service service(
      Ref ref, io.fabric8.kubernetes.api.model.Service service, Cluster cluster) {
    var id = new ServiceId(cluster.source(), ref.namespace(), ref.name());
    var spec = service.getSpec();
    if (spec == null) {
      throw new IllegalArgumentException("spec: missing; give it ports");
    }
    if ("ExternalName".equals(spec.getType())) {
      throw new IllegalArgumentException(
          "spec.type: an ExternalName service has no endpoints of its own; call its target by the"
              + " target's name");
    }
    var said = Said.of(service.getMetadata());
    return new Service(
        id,
        ports(spec.getPorts()),
        consulNames(ref, service),
        virtualAddresses(spec.getClusterIPs(), spec.getClusterIP()),
        Given.of(service.getMetadata().getLabels()),
        said.exported().orElse(true),
        Optional.ofNullable(annotations(service).get(HTTP_PROFILE))
            .flatMap(HttpProfile::named)
            .orElse(HttpProfile.STRICT),
        said.enforcement());
  }

  private static List<Port> ports(@Nullable List<ServicePort> written) {
    var ports = new ArrayList<Port>();
    var names = new HashSet<String>();
    for (var port : Given.of(written)) {
      if (!"TCP".equals(requireNonNullElse(port.getProtocol(), "TCP"))) {
        continue;
      }
      var name = requireNonNullElse(port.getName(), "");
      if (!names.add(name)) {
        throw new IllegalArgumentException(
            "spec.ports: two are named \"%s\"; rename one".formatted(Names.printable(name)));
      }
      int number = requireNonNullElse(port.getPort(), 0);
      ports.add(new Port(name, number, protocol(port.getAppProtocol(), name)));
    }
    if (ports.isEmpty()) {
      throw new IllegalArgumentException(
          "spec.ports: no TCP port; the mesh carries TCP only, so call it without the mesh");
    }
    return ports;
  }

  /// By `appProtocol`, else by the port's name up to its first `-`.
  private static Protocol protocol(@Nullable String appProtocol, String portName) {
    if (appProtocol != null) {
      return Protocol.named(appProtocol);
    }
    int dash = portName.indexOf('-');
    var prefix = dash < 0 ? portName : portName.substring(0, dash);
    return portName.toLowerCase(Locale.ROOT).startsWith("grpc-web")
        ? Protocol.HTTP
        : Protocol.named(prefix);
  }

  private static Set<String> consulNames(Ref ref, io.fabric8.kubernetes.api.model.Service service) {
    var names = new LinkedHashSet<String>();
    var annotated = annotations(service).get(CONSUL_NAME);
    names.add(
        annotated != null && Names.isLabel(annotated)
            ? annotated
            : ref.name() + "-" + ref.namespace());
    if (ref.namespace().equals("default")) {
      names.add(ref.name());
    }
    return names;
  }

  private static Map<String, String> annotations(io.fabric8.kubernetes.api.model.Service service) {
    return Given.of(service.getMetadata().getAnnotations());
  }

  private static List<String> virtualAddresses(@Nullable List<String> all, @Nullable String first) {
    var written = Given.of(all);
    var addresses = written.isEmpty() && first != null ? List.of(first) : written;
    return addresses.stream()
        .filter(address -> !address.isEmpty() && !address.equals("None"))
        .map(KnownService::canonical)
        .toList();
  }

  private static String canonical(String address) {
    try {
      return Ip.parse(address).getHostAddress();
    } catch (IllegalArgumentException notAnAddress) {
      throw new IllegalArgumentException(
          "spec.clusterIPs: \"%s\" is not an IP address".formatted(Names.printable(address)),
          notAnAddress);
    }
  }
}
