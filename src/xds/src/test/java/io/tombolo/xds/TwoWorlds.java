package io.tombolo.xds;

import static io.tombolo.mesh.catalog.Examples.CLUSTER;
import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.mesh.catalog.Examples.aConsulService;
import static io.tombolo.mesh.catalog.Examples.aService;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Examples.AService;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.JwtProvider;
import io.tombolo.mesh.policy.JwtProviderObject;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.mesh.scope.Upstream;
import io.tombolo.mesh.scope.Visibility;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A small mesh of two worlds: `cart` (HTTP) and `stock` (gRPC) are pods, `billing` (HTTP) and `db`
/// (TCP) are on VMs. Whoever may call whom is written in both worlds.
public final class TwoWorlds {
  public static final AService CART = aService("cart");
  public static final AService STOCK = aService("stock").on(new Port("grpc", 9090, Protocol.GRPC));
  public static final AService BILLING = aConsulService("billing");
  public static final AService DB =
      aConsulService("db").on(new Port("", 5432, Protocol.TCP)).notExported();

  public static final Mesh.Settings SETTINGS =
      settings(new SameName(SameName.Choice.APART, Map.of()));

  private TwoWorlds() {}

  /// Every sidecar is told of everything.
  public static Mesh.Settings settings(SameName rule) {
    return settings(rule, Visibility.EVERYTHING);
  }

  public static Mesh.Settings settings(SameName rule, Visibility visibility) {
    return new Mesh.Settings(
        TRUST_DOMAIN,
        rule,
        Map.of(
            "pods", List.of(new Mesh.Gateway("10.1.0.254", 15443)),
            "vms", List.of(new Mesh.Gateway("10.2.0.254", 15443))),
        visibility);
  }

  public static Mesh mesh() {
    return mesh(List.of());
  }

  /// With these facts after its own.
  public static Mesh mesh(List<Fact> more) {
    return Mesh.of(catalog().with(more), SETTINGS);
  }

  public static Catalog catalog() {
    var facts = new ArrayList<Fact>();
    List.of(
            withVirtualAddress(CART, "10.96.0.10"),
            withVirtualAddress(STOCK, "10.96.0.11"),
            withVirtualAddress(BILLING, "240.0.0.1"),
            withVirtualAddress(DB, "240.0.0.2"),
            CART.at("10.1.0.7", "10.1.0.8"),
            STOCK.at("10.1.0.9"),
            BILLING.at("10.2.0.7"),
            DB.at("10.2.0.8"))
        .forEach(item -> facts.add(new Fact.Registered(item)));
    facts.add(new Fact.Registered(consulIntentions("billing", "cart", Intention.Action.ALLOW)));
    facts.add(new Fact.Registered(kubernetesIntention("cart", "billing")));
    facts.add(new Fact.Registered(consulIntentions("db", "billing", Intention.Action.ALLOW)));
    return Catalog.of(List.of(CLUSTER, DATACENTER)).with(facts);
  }

  public static Service withVirtualAddress(AService service, String address) {
    var plain = service.build();
    return new Service(
        plain.id(),
        plain.ports(),
        plain.consulNames(),
        List.of(address),
        Map.of(),
        plain.exported(),
        plain.httpProfile());
  }

  /// A `service-intentions` entry: one source may, or may not, call the destination. The source is
  /// a service of Kubernetes if it is `cart` or `stock`.
  public static PolicyObject consulIntentions(
      String destination, String source, Intention.Action action) {
    var from = source.equals("cart") || source.equals("stock") ? source + "-shop" : source;
    var writtenIn = new Provenance(DATACENTER, "service-intentions", "", destination, 0);
    return PolicyObject.accepted(
        PolicyObject.key(DATACENTER, "service-intentions", "", destination),
        List.of(
            new Intention(new Party.Named(from), new Party.Named(destination), action, writtenIn)));
  }

  /// A `service-intentions` entry that lets everyone call every service.
  public static PolicyObject everyoneMayCallEverything() {
    var writtenIn = new Provenance(DATACENTER, "service-intentions", "", "*", 0);
    return PolicyObject.accepted(
        PolicyObject.key(DATACENTER, "service-intentions", "", "*"),
        List.of(
            new Intention(
                new Party.Everyone(), new Party.Everyone(), Intention.Action.ALLOW, writtenIn)));
  }

  /// A `service-intentions` entry: whoever has a token of one of these providers may call the
  /// destination.
  public static PolicyObject askingForTokens(String destination, String... providers) {
    var open = everyoneMayCallEverything().intentions().getFirst();
    var writtenIn = new Provenance(DATACENTER, "service-intentions", "", destination, 0);
    return PolicyObject.accepted(
        PolicyObject.key(DATACENTER, "service-intentions", "", destination),
        List.of(
            new Intention(
                    open.source(), new Party.Named(destination), Intention.Action.ALLOW, writtenIn)
                .given(
                    Condition.anyOf(
                        Stream.of(providers)
                            .<Condition>map(provider -> new Condition.Token(provider, List.of()))
                            .toList()))));
  }

  /// A `jwt-provider` entry.
  public static JwtProviderObject jwtProvider(String name, JwtProvider.Keys keys) {
    return JwtProviderObject.accepted(
        JwtProviderObject.key(DATACENTER, name),
        new JwtProvider(
            DATACENTER + "/" + name,
            "https://%s.example".formatted(name),
            List.of("shop"),
            Duration.ofSeconds(30),
            new JwtProvider.Carriage(
                List.of(
                    new JwtProvider.Location.Header("Authorization", "Bearer "),
                    new JwtProvider.Location.Parameter("token"),
                    new JwtProvider.Location.Cookie("session")),
                false,
                new JwtProvider.Payload("x-claims", false)),
            keys));
  }

  public static JwtProvider.Keys knownKeys() {
    return new JwtProvider.Keys.Known(
        "{\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\","
            + " \"x\": \"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
            + " \"y\": \"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}");
  }

  public static JwtProvider.Keys fetchedKeys(String host) {
    return new JwtProvider.Keys.Fetched(
        host, 443, "/keys", "", Duration.ofSeconds(5), Duration.ofMinutes(10));
  }

  /// An `Intention` of Kubernetes that lets a service of Consul call one of namespace `shop`.
  public static PolicyObject kubernetesIntention(String destination, String source) {
    var writtenIn = new Provenance(CLUSTER, "Intention", "shop", destination, 0);
    return PolicyObject.accepted(
        PolicyObject.key(CLUSTER, "Intention", "shop", destination),
        List.of(
            new Intention(
                new Party.Named(source),
                new Party.InWorld(CLUSTER.world(), "shop", destination),
                Intention.Action.ALLOW,
                writtenIn)));
  }

  /// The proxy beside the only endpoint, or the first, of a service.
  public static Proxy sidecar(AService service, String address, Upstream... upstreams) {
    var endpoint = service.endpoint(address).build();
    return new Proxy(
        endpoint.workload().nodeId(),
        endpoint.workload().identity(),
        new Proxy.Role.Sidecar(),
        endpoint.network(),
        "",
        List.of(upstreams));
  }

  /// A mesh gateway of a network.
  public static Proxy gateway(String network) {
    return new Proxy(
        "gateway/" + network + "/1",
        SpiffeId.meshGateway(TRUST_DOMAIN, network),
        new Proxy.Role.MeshGateway(),
        network,
        "",
        List.of());
  }
}
