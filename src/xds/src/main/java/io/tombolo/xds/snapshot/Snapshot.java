package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Trie;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.mesh.scope.Upstream;
import io.tombolo.xds.translate.Outbound;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Everything the mesh has to say at one moment, encoded once. Immutable.
public final class Snapshot {
  private final Mesh mesh;
  private final Trie<String, Destination> destinations;
  private final Trie<String, Integer> networks;
  private final Trie<Mesh.Gateway, List<Outbound.Virtual>> claims;
  private final Trie<String, Guard> guards;
  private final Trie<String, Resource> routes;
  private final Map<String, Shared> sidecars;
  private final Map<String, Shared> gateways;
  private final Access access;

  Snapshot(
      Mesh mesh,
      Trie<String, Destination> destinations,
      Trie<String, Integer> networks,
      Trie<Mesh.Gateway, List<Outbound.Virtual>> claims,
      Trie<String, Guard> guards,
      Trie<String, Resource> routes,
      Map<String, Shared> sidecars,
      Map<String, Shared> gateways) {
    this.mesh = mesh;
    this.destinations = destinations;
    this.networks = networks;
    this.claims = claims;
    this.guards = guards;
    this.routes = routes;
    this.sidecars = sidecars;
    this.gateways = gateways;
    this.access = new Access(mesh.settings().trustDomain());
  }

  /// What there is to say of a mesh of which nothing is known.
  static Snapshot nothing(Mesh.Settings settings) {
    return new Snapshot(
        Mesh.nothing(settings),
        Trie.empty(),
        Trie.empty(),
        Trie.empty(),
        Trie.empty(),
        Trie.empty(),
        Map.of(),
        Map.of());
  }

  Mesh mesh() {
    return mesh;
  }

  /// By SNI.
  Trie<String, Destination> destinations() {
    return destinations;
  }

  /// In how many destinations each network occurs.
  Trie<String, Integer> networks() {
    return networks;
  }

  /// What would answer for each virtual address, in the order of SNIs; the first does.
  Trie<Mesh.Gateway, List<Outbound.Virtual>> claims() {
    return claims;
  }

  /// Who may call each destination.
  Trie<String, Guard> guards() {
    return guards;
  }

  Trie<String, Resource> routes() {
    return routes;
  }

  Map<String, Shared> sidecars() {
    return sidecars;
  }

  Map<String, Shared> gateways() {
    return gateways;
  }

  /// The revision of the mesh that this follows from.
  public long revision() {
    return mesh.catalog().revision();
  }

  /// What of that which this proxy is told is not as it was.
  ///
  /// @param demanded the names of clusters that it has asked for by address
  /// @param before an earlier snapshot; null for none
  public Set<ResourceName> changedFor(
      Proxy proxy, Set<String> demanded, @Nullable Snapshot before) {
    var now = viewFor(proxy, demanded, View.NOTHING);
    var then = before == null ? View.NOTHING : before.viewFor(proxy, demanded, View.NOTHING);
    var changed = new HashSet<ResourceName>();
    for (var type : ResourceType.values()) {
      now.of(type).differences(then.of(type), name -> changed.add(new ResourceName(type, name)));
    }
    return changed;
  }

  /// What sources said since then, each in a few words.
  ///
  /// @param before an earlier snapshot; null for none
  public List<String> newsSince(@Nullable Snapshot before) {
    var now = mesh.catalog();
    var then = before == null ? Catalog.of(List.of()) : before.mesh.catalog();
    var news = new TreeSet<String>();
    now.services().differences(then.services(), id -> news.add("service " + id));
    now.endpoints().differences(then.endpoints(), id -> news.add("endpoints of " + id));
    now.others().differences(then.others(), key -> news.add(words(key)));
    now.sources()
        .forEach((source, status) -> {
          if (!status.equals(then.sources().get(source))) {
            news.add("source " + source);
          }
        });
    return List.copyOf(news);
  }

  private static String words(Key key) {
    var kind = key.kind().name().toLowerCase(Locale.ROOT) + " ";
    return Names.printable(kind + key.source() + "/" + key.namespace() + "/" + key.name());
  }

  /// What this proxy is to be told. What several proxies are told are the same instances.
  public View viewFor(Proxy proxy) {
    return viewFor(proxy, Set.of(), View.NOTHING);
  }

  /// The same, with what is particular to the proxy taken from an earlier view of it where nothing
  /// that it follows from has changed.
  ///
  /// @param demanded the names of clusters that it has asked for by address
  public View viewFor(Proxy proxy, Set<String> demanded, View earlier) {
    return switch (proxy.role()) {
      case Proxy.Role.MeshGateway() -> gateway(proxy);
      case Proxy.Role.Sidecar() -> sidecar(proxy, demanded, earlier);
      case Proxy.Role.GrpcServer() -> grpcServer(proxy, earlier);
    };
  }

  private View gateway(Proxy proxy) {
    if (!access.may(proxy.identity(), new Access.What.Gateway(proxy.network()))) {
      return nothing("%s is not the mesh gateway of this network".formatted(proxy.identity()));
    }
    var shared = gateways.getOrDefault(proxy.network(), elsewhere(gateways));
    return view(shared, InboundSide.NOTHING, Trie.empty(), List.of());
  }

  private View sidecar(Proxy proxy, Set<String> demanded, View earlier) {
    if (!access.may(proxy.identity(), new Access.What.Services())) {
      return nothing("%s is not a workload of this trust domain".formatted(proxy.identity()));
    }
    var shared = sidecars.getOrDefault(proxy.network(), elsewhere(sidecars));
    var inbound = inbound(proxy, earlier.inbound());
    return proxy.upstreams().isEmpty()
        ? undeclared(proxy, shared, inbound, demanded, earlier)
        : declared(proxy, shared, inbound);
  }

  /// How it is called, and nothing of what it may call.
  private View grpcServer(Proxy proxy, View earlier) {
    var inbound = inbound(proxy, earlier.inbound());
    return view(Shared.NOTHING, inbound, Trie.empty(), inbound.problems());
  }

  /// What its identity may call.
  private View undeclared(
      Proxy proxy, Shared shared, InboundSide inbound, Set<String> demanded, View earlier) {
    return switch (mesh.settings().visibility()) {
      case EVERYTHING -> view(shared, inbound, Trie.empty(), List.of());
      case ALLOWED -> {
        var scoped =
            earlier.scoped().at(shared, guards, Demands.snis(demanded, this), proxy.identity());
        var demands = earlier.demands().at(demanded, this, scoped);
        yield view(scoped.part(), inbound, Trie.empty(), List.of(), scoped, demands);
      }
    };
  }

  /// By the identity too: naming another workload's node gives nothing of it.
  private InboundSide inbound(Proxy proxy, InboundSide earlier) {
    return access.may(proxy.identity(), new Access.What.InboundOf(proxy.identity()))
        ? earlier.at(mesh, Workloads.Key.of(proxy))
        : InboundSide.NOTHING;
  }

  /// Only the upstreams that the proxy declared.
  private View declared(Proxy proxy, Shared shared, InboundSide inbound) {
    var problems = new ArrayList<String>();
    var snis = new ArrayList<String>();
    var listeners = new ArrayList<Resource>();
    for (var upstream : proxy.upstreams()) {
      var sni = sni(upstream, proxy);
      if (sni.isEmpty()) {
        problems.add(
            "upstream \"%s\" port %d: no such service or port; it has no listener on %s:%d"
                .formatted(
                    Names.printable(upstream.service()),
                    upstream.port(),
                    upstream.listenAddress(),
                    upstream.listenPort()));
      } else {
        snis.add(sni.get());
        listeners.add(listener(upstream, sni.get()));
      }
    }
    var reached =
        snis.stream()
            .flatMap(sni ->
                Stream.concat(
                    Stream.of(sni),
                    Specs.backends(Objects.requireNonNull(destinations.get(sni)), mesh)))
            .toList();
    var narrowed =
        new Shared(
            only(reached, shared.clusters()),
            only(reached, shared.endpoints()),
            Trie.empty(),
            only(snis, routes));
    return view(narrowed, inbound, Table.of(listeners.stream()), problems);
  }

  private Optional<String> sni(Upstream upstream, Proxy proxy) {
    var world =
        proxy.nodeId().startsWith(World.CONSUL.label() + "/") ? World.CONSUL : World.KUBERNETES;
    return mesh.naming()
        .resolve(upstream.service(), world)
        .flatMap(service ->
            service.ports().stream()
                .filter(port -> upstream.port() == 0 || port.number() == upstream.port())
                .findFirst()
                .map(port -> Destination.sni(service.id(), port, mesh.settings().trustDomain())));
  }

  private Resource listener(Upstream upstream, String sni) {
    var protocol = Objects.requireNonNull(destinations.get(sni)).port().protocol();
    var listener = Outbound.declared(upstream, sni, protocol);
    return Resource.of(ResourceType.LISTENER, listener.getName(), listener);
  }

  private static Trie<String, Resource> only(List<String> names, Trie<String, Resource> all) {
    return Table.of(names.stream().map(all::get).flatMap(Stream::ofNullable));
  }

  private static Shared elsewhere(Map<String, Shared> byNetwork) {
    return byNetwork.getOrDefault(Shared.ELSEWHERE, Shared.NOTHING);
  }

  private View nothing(String why) {
    return view(Shared.NOTHING, InboundSide.NOTHING, Trie.empty(), List.of(why));
  }

  private View view(
      Shared shared, InboundSide inbound, Trie<String, Resource> declared, List<String> problems) {
    return view(shared, inbound, declared, problems, Scoped.NOTHING, Demands.NONE);
  }

  private View view(
      Shared shared,
      InboundSide inbound,
      Trie<String, Resource> declared,
      List<String> problems,
      Scoped scoped,
      Demands demands) {
    var own = inbound.own();
    return new View(
        revision(),
        Map.of(
            ResourceType.CLUSTER,
                new Table(shared.clusters(), both(demands.clusters(), own.clusters())),
            ResourceType.ENDPOINTS, new Table(shared.endpoints(), Trie.empty()),
            ResourceType.LISTENER, new Table(shared.listeners(), both(declared, own.listeners())),
            ResourceType.ROUTES, new Table(shared.routes(), own.routes())),
        problems,
        inbound,
        scoped,
        demands);
  }

  /// Of one name the first.
  private static Trie<String, Resource> both(
      Trie<String, Resource> few, Trie<String, Resource> others) {
    return few.isEmpty()
        ? others
        : Table.of(Stream.concat(few.values().stream(), others.values().stream()));
  }
}
