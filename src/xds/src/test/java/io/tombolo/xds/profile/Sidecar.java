package io.tombolo.xds.profile;

import static io.tombolo.mesh.catalog.Examples.CLUSTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.bootstrap.v3.Admin;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Health;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Workload;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.testbed.Envoy;
import io.tombolo.testbed.Loopback;
import io.tombolo.testbed.Scratch;
import io.tombolo.xds.KnownTypes;
import io.tombolo.xds.StaticBootstrap;
import io.tombolo.xds.TwoWorlds;
import io.tombolo.xds.snapshot.ResourceType;
import io.tombolo.xds.snapshot.Snapshots;
import io.tombolo.xds.snapshot.View;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// A real Envoy with the way in that the mesh gives it, beside applications in this JVM. Secrets
/// are files and routes stand in the listener; else everything is as the control plane sends it.
final class Sidecar implements AutoCloseable {
  static final SpiffeId WEB = SpiffeId.serviceAccount(TRUST_DOMAIN, "shop", "web");
  private static final SpiffeId OWN = SpiffeId.serviceAccount(TRUST_DOMAIN, "shop", "app");

  private final Scratch files = Scratch.named("profile");
  private final Map<String, Application> applications = new HashMap<>();
  private final Pki pki = Pki.create(files.path());
  private final Pki.Keys web = pki.issue("web", WEB.toString());
  private final int port = new Loopback().freePort();
  private final Envoy envoy;

  private Sidecar(List<Offer> offers) {
    for (var offer : offers) {
      applications.put(
          offer.name(),
          offer.protocol().isHttp2()
              ? Application.http2(offer.name())
              : Application.http1(offer.name()));
    }
    int admin = new Loopback().freePort();
    var bootstrap = bootstrap(view(offers), admin);
    this.envoy =
        Envoy.start(
            "profile", new Loopback(), json(bootstrap), "http://127.0.0.1:%d".formatted(admin));
    envoy.awaitReady();
  }

  static Sidecar of(List<Offer> offers) {
    return new Sidecar(offers);
  }

  /// A workload `web` that calls it.
  Caller caller() {
    return new Caller(web, pki.roots(), port);
  }

  /// What reached the application of a service since this was last asked.
  List<Seen> reached(Offer offer) {
    return application(offer).seen();
  }

  /// How many requests the profile has refused.
  long refused() throws IOException {
    return envoy.stat("http.inbound.rbac.http_profile.denied");
  }

  private Application application(Offer offer) {
    return Objects.requireNonNull(applications.get(offer.name()));
  }

  private View view(List<Offer> offers) {
    var items = offers.stream().flatMap(this::items);
    var catalog = Catalog.of(List.of(CLUSTER)).with(items.<Fact>map(Fact.Registered::new).toList());
    var workload = workload();
    var proxy =
        new Proxy(
            workload.nodeId(),
            workload.identity(),
            new Proxy.Role.Sidecar(),
            "pods",
            "",
            List.of());
    return new Snapshots().next(Mesh.of(catalog, TwoWorlds.SETTINGS)).viewFor(proxy);
  }

  private static Workload workload() {
    return new Workload(CLUSTER, "shop", "app-1", OWN);
  }

  private Stream<Item> items(Offer offer) {
    var service = offer.service();
    var endpoint =
        new Endpoint(
            workload(),
            "main",
            "127.0.0.1",
            application(offer).port(),
            "127.0.0.1",
            port,
            "pods",
            "",
            Health.HEALTHY,
            1);
    var intention =
        new Intention(
            new Party.Account("shop", "web"),
            new Party.InWorld(World.KUBERNETES, "shop", offer.name()),
            offer.permissions(),
            offer.otherwise(),
            new Provenance(CLUSTER, "Intention", "shop", offer.name(), 0));
    return Stream.of(
        service,
        new EndpointSet(service.id(), "", List.of(endpoint), List.of()),
        PolicyObject.accepted(
            PolicyObject.key(CLUSTER, "Intention", "shop", offer.name()), List.of(intention)));
  }

  private Bootstrap bootstrap(View view, int admin) {
    var resources = Bootstrap.StaticResources.newBuilder().addSecrets(key()).addSecrets(trust());
    view.of(ResourceType.CLUSTER)
        .all()
        .filter(cluster -> cluster.name().startsWith("inbound:"))
        .forEach(cluster -> resources.addClusters(StaticBootstrap.unpack(cluster, Cluster.class)));
    view.of(ResourceType.LISTENER)
        .all()
        .filter(listener -> listener.name().startsWith("inbound:"))
        .forEach(listener ->
            resources.addListeners(
                standing(StaticBootstrap.unpack(listener, Listener.class), view)));
    var loopback = SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(admin);
    return Bootstrap.newBuilder()
        .setAdmin(Admin.newBuilder().setAddress(Address.newBuilder().setSocketAddress(loopback)))
        .setStaticResources(resources)
        .build();
  }

  private Secret key() {
    var keys = pki.issue("app", OWN.toString());
    return Secret.newBuilder()
        .setName("default")
        .setTlsCertificate(
            TlsCertificate.newBuilder()
                .setCertificateChain(file(keys.certificate()))
                .setPrivateKey(file(keys.key())))
        .build();
  }

  private Secret trust() {
    return Secret.newBuilder()
        .setName("ROOTCA")
        .setValidationContext(
            CertificateValidationContext.newBuilder().setTrustedCa(file(pki.roots())))
        .build();
  }

  private static DataSource file(Path path) {
    return DataSource.newBuilder().setFilename(path.toString()).build();
  }

  private static Listener standing(Listener listener, View view) {
    var standing = listener.toBuilder().clearFilterChains();
    listener
        .getFilterChainsList()
        .forEach(chain -> standing.addFilterChains(standing(chain, view)));
    return standing.build();
  }

  private static FilterChain standing(FilterChain chain, View view) {
    var tls =
        StaticBootstrap.unpack(
            chain.getTransportSocket().getTypedConfig(), DownstreamTlsContext.class)
            .toBuilder();
    var common = tls.getCommonTlsContextBuilder();
    common.getTlsCertificateSdsSecretConfigsBuilder(0).clearSdsConfig();
    common
        .getCombinedValidationContextBuilder()
        .getValidationContextSdsSecretConfigBuilder()
        .clearSdsConfig();
    var filters = new ArrayList<Filter>();
    for (var filter : chain.getFiltersList()) {
      filters.add(filter.toBuilder().setTypedConfig(routed(filter, view)).build());
    }
    return chain.toBuilder()
        .setTransportSocket(
            TransportSocket.newBuilder(chain.getTransportSocket())
                .setTypedConfig(Any.pack(tls.build())))
        .clearFilters()
        .addAllFilters(filters)
        .build();
  }

  private static Any routed(Filter filter, View view) {
    var manager = StaticBootstrap.unpack(filter.getTypedConfig(), HttpConnectionManager.class);
    var routes =
        view.of(ResourceType.ROUTES).get(manager.getRds().getRouteConfigName()).orElseThrow();
    return Any.pack(
        manager.toBuilder()
            .setRouteConfig(StaticBootstrap.unpack(routes, RouteConfiguration.class))
            .build());
  }

  private static String json(Bootstrap bootstrap) {
    try {
      return JsonFormat.printer().usingTypeRegistry(KnownTypes.REGISTRY).print(bootstrap);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    envoy.close();
    applications.values().forEach(Application::close);
    files.close();
  }
}
