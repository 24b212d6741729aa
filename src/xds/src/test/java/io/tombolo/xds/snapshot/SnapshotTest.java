package io.tombolo.xds.snapshot;

import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.xds.TwoWorlds.BILLING;
import static io.tombolo.xds.TwoWorlds.CART;
import static io.tombolo.xds.TwoWorlds.DB;
import static io.tombolo.xds.TwoWorlds.STOCK;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Examples.AService;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Health;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.mesh.scope.Upstream;
import io.tombolo.mesh.scope.Visibility;
import io.tombolo.xds.StaticBootstrap;
import io.tombolo.xds.TwoWorlds;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SnapshotTest {
  private static final String CART_SNI = "8080.cart.shop.cluster-1.mesh.shop.example";
  private static final String BILLING_SNI = "billing.default.dc1.internal.shop.example";
  private static final String DB_SNI = "db.default.dc1.internal.shop.example";
  private static final Proxy A_POD = TwoWorlds.sidecar(CART, "10.1.0.7");
  private static final Proxy ANOTHER_POD = TwoWorlds.sidecar(STOCK, "10.1.0.9");
  private static final Proxy A_VM = TwoWorlds.sidecar(BILLING, "10.2.0.7");

  private static View view(Proxy proxy, Fact... more) {
    return new Snapshots().next(TwoWorlds.mesh(List.of(more))).viewFor(proxy);
  }

  private static List<String> names(View view, ResourceType type) {
    return view.of(type).all().map(Resource::name).toList();
  }

  /// `address:port` of each endpoint of a destination.
  private static List<String> addresses(View view, String sni) {
    return endpoints(view, sni)
        .map(endpoint -> endpoint.getEndpoint().getAddress().getSocketAddress())
        .map(socket -> socket.getAddress() + ":" + socket.getPortValue())
        .toList();
  }

  private static Stream<LbEndpoint> endpoints(View view, String sni) {
    var found = view.of(ResourceType.ENDPOINTS).get(sni).orElseThrow();
    return StaticBootstrap.unpack(found, ClusterLoadAssignment.class).getEndpointsList().stream()
        .flatMap(locality -> locality.getLbEndpointsList().stream());
  }

  private static Fact with(AService service, Health... healths) {
    var endpoints = new java.util.ArrayList<io.tombolo.mesh.catalog.Endpoint>();
    for (var health : healths) {
      endpoints.add(service.endpoint("10.2.0." + (7 + endpoints.size())).that(health).build());
    }
    return new Fact.Registered(new EndpointSet(service.id(), "", endpoints, List.of()));
  }

  @Test
  void an_endpoint_of_the_own_network_is_reached_at_its_proxy() {
    assertThat(addresses(view(A_POD), CART_SNI))
        .containsExactly("10.1.0.7:15006", "10.1.0.8:15006");
  }

  @Test
  void endpoints_of_another_network_are_reached_at_its_gateway_which_weighs_what_they_weigh() {
    var view = view(A_VM);

    assertThat(addresses(view, CART_SNI)).containsExactly("10.1.0.254:15443");
    assertThat(endpoints(view, CART_SNI))
        .extracting(endpoint -> endpoint.getLoadBalancingWeight().getValue())
        .containsExactly(2);
  }

  @Test
  void what_is_not_exported_is_not_reached_from_another_network() {
    assertThat(addresses(view(A_POD), DB_SNI)).isEmpty();
    assertThat(addresses(view(A_VM), DB_SNI)).containsExactly("10.2.0.8:15006");
  }

  @Test
  void a_network_without_gateway_is_left_out() {
    var settings =
        new Mesh.Settings(
            TRUST_DOMAIN,
            new SameName(SameName.Choice.APART, Map.of()),
            Map.of(),
            Visibility.EVERYTHING);
    var snapshot = new Snapshots().next(Mesh.of(TwoWorlds.catalog(), settings));

    assertThat(addresses(snapshot.viewFor(A_VM), CART_SNI)).isEmpty();
  }

  @Test
  void an_unfit_endpoint_is_left_out_and_others_have_their_status() {
    var view = view(A_VM, with(BILLING, Health.UNHEALTHY, Health.DEGRADED, Health.DRAINING));

    assertThat(addresses(view, BILLING_SNI)).containsExactly("10.2.0.8:15006", "10.2.0.9:15006");
    assertThat(endpoints(view, BILLING_SNI))
        .extracting(LbEndpoint::getHealthStatus)
        .containsExactly(HealthStatus.DEGRADED, HealthStatus.DRAINING);
  }

  @Test
  void a_gateway_is_as_fit_as_the_best_behind_it() {
    var view = view(A_POD, with(BILLING, Health.DEGRADED, Health.HEALTHY, Health.UNHEALTHY));

    assertThat(endpoints(view, BILLING_SNI))
        .extracting(LbEndpoint::getHealthStatus)
        .containsExactly(HealthStatus.HEALTHY);
  }

  @Test
  void a_change_of_health_changes_the_endpoints_of_one_destination_and_nothing_else() {
    var snapshots = new Snapshots();
    var before = snapshots.next(TwoWorlds.mesh()).viewFor(A_POD);
    var after =
        snapshots.next(TwoWorlds.mesh(List.of(with(BILLING, Health.UNHEALTHY)))).viewFor(A_POD);

    assertThat(
            after
                .of(ResourceType.ENDPOINTS)
                .all()
                .filter(resource ->
                    !resource.equals(
                        before.of(ResourceType.ENDPOINTS).get(resource.name()).orElseThrow())))
        .extracting(Resource::name)
        .containsExactly(BILLING_SNI);
    for (var type : List.of(ResourceType.CLUSTER, ResourceType.LISTENER, ResourceType.ROUTES)) {
      assertThat(after.of(type).shared()).isSameAs(before.of(type).shared());
      assertThat(after.of(type).own()).isEqualTo(before.of(type).own());
    }
  }

  @Test
  void proxies_of_one_network_are_told_the_same_instances() {
    var snapshot = new Snapshots().next(TwoWorlds.mesh());
    var one = snapshot.viewFor(A_POD);
    var other = snapshot.viewFor(ANOTHER_POD);

    for (var type : ResourceType.values()) {
      assertThat(one.of(type).shared()).isSameAs(other.of(type).shared());
    }
    assertThat(snapshot.viewFor(A_VM).of(ResourceType.CLUSTER).shared())
        .isSameAs(one.of(ResourceType.CLUSTER).shared());
  }

  @Test
  void a_cluster_accepts_exactly_the_identities_of_its_workloads() {
    assertThat(accepted(view(A_POD), CART_SNI))
        .containsExactly("spiffe://shop.example/ns/shop/sa/cart");
  }

  @Test
  void a_cluster_without_workloads_accepts_nobody() {
    var gone = new Fact.Registered(new EndpointSet(CART.id(), "", List.of(), List.of()));

    assertThat(accepted(view(A_POD, gone), CART_SNI)).containsExactly("tombolo:no-workload");
  }

  private static List<String> accepted(View view, String sni) {
    var cluster =
        StaticBootstrap.unpack(view.of(ResourceType.CLUSTER).get(sni).orElseThrow(), Cluster.class);
    return StaticBootstrap.unpack(
            cluster.getTransportSocket().getTypedConfig(), UpstreamTlsContext.class)
        .getCommonTlsContext()
        .getCombinedValidationContext()
        .getDefaultValidationContext()
        .getMatchTypedSubjectAltNamesList()
        .stream()
        .map(matcher -> matcher.getMatcher().getExact())
        .toList();
  }

  @Test
  void a_proxy_that_declares_upstreams_hears_of_these_only() {
    var view =
        view(
            TwoWorlds.sidecar(
                CART,
                "10.1.0.7",
                new Upstream("billing", 0, "127.0.0.1", 9001),
                new Upstream("nobody", 0, "127.0.0.1", 9002)));

    assertThat(names(view, ResourceType.CLUSTER))
        .containsExactly(BILLING_SNI, "inbound:10.1.0.7:8080");
    assertThat(names(view, ResourceType.ENDPOINTS)).containsExactly(BILLING_SNI);
    assertThat(names(view, ResourceType.LISTENER))
        .containsExactly("inbound:10.1.0.7:15006", "outbound:127.0.0.1:9001");
    assertThat(view.problems())
        .containsExactly(
            "upstream \"nobody\" port 0: no such service or port; it has no listener on"
                + " 127.0.0.1:9002");
  }

  @Test
  void naming_the_node_of_another_workload_gives_nothing_of_it() {
    var impostor =
        new Proxy(A_VM.nodeId(), A_POD.identity(), A_POD.role(), A_POD.network(), "", List.of());

    assertThat(names(view(impostor), ResourceType.LISTENER))
        .noneMatch(n -> n.startsWith("inbound"));
    assertThat(names(view(impostor), ResourceType.CLUSTER)).noneMatch(n -> n.startsWith("inbound"));
  }

  @Test
  void a_workload_is_not_a_gateway_and_a_gateway_only_that_of_its_network() {
    var workload =
        new Proxy(
            "gateway/vms/1", A_POD.identity(), new Proxy.Role.MeshGateway(), "vms", "", List.of());
    var elsewhere =
        new Proxy(
            "gateway/vms/1",
            SpiffeId.meshGateway(TRUST_DOMAIN, "pods"),
            new Proxy.Role.MeshGateway(),
            "vms",
            "",
            List.of());
    var stranger =
        new Proxy(
            A_POD.nodeId(),
            SpiffeId.serviceAccount(new TrustDomain("other.example"), "shop", "cart"),
            new Proxy.Role.Sidecar(),
            "pods",
            "",
            List.of());

    for (var proxy : List.of(workload, elsewhere, stranger)) {
      var view = view(proxy);
      for (var type : ResourceType.values()) {
        assertThat(view.of(type).size()).as("%s of %s", type, proxy).isZero();
      }
      assertThat(view.problems()).hasSize(1);
    }
  }

  @Test
  void a_gateway_knows_what_is_exported_and_in_its_network() {
    var view = view(TwoWorlds.gateway("vms"));

    assertThat(names(view, ResourceType.CLUSTER)).containsExactly(BILLING_SNI, "blackhole");
    assertThat(addresses(view, BILLING_SNI)).containsExactly("10.2.0.7:15006");
  }

  @Test
  void a_gateway_that_others_reach_at_a_loopback_address_listens_there() {
    var settings =
        new Mesh.Settings(
            TRUST_DOMAIN,
            new SameName(SameName.Choice.APART, Map.of()),
            Map.of("vms", List.of(new Mesh.Gateway("127.0.2.254", 15443))),
            Visibility.EVERYTHING);
    var view =
        new Snapshots()
            .next(Mesh.of(TwoWorlds.catalog(), settings))
            .viewFor(TwoWorlds.gateway("vms"));
    var listener =
        StaticBootstrap.unpack(
            view.of(ResourceType.LISTENER).get("gateway").orElseThrow(), Listener.class);

    assertThat(listener.getAddress().getSocketAddress().getAddress()).isEqualTo("127.0.2.254");
  }

  @Test
  void an_intention_changes_only_the_proxies_of_its_destination() {
    var snapshots = new Snapshots();
    var before = snapshots.next(TwoWorlds.mesh());
    var denied =
        new Fact.Registered(TwoWorlds.consulIntentions("billing", "cart", Intention.Action.DENY));
    var after = snapshots.next(TwoWorlds.mesh(List.of(denied)));

    assertThat(after.viewFor(A_VM).tables()).isNotEqualTo(before.viewFor(A_VM).tables());
    assertThat(after.viewFor(A_POD).tables()).isEqualTo(before.viewFor(A_POD).tables());
    assertThat(after.viewFor(TwoWorlds.sidecar(DB, "10.2.0.8")).tables())
        .isEqualTo(before.viewFor(TwoWorlds.sidecar(DB, "10.2.0.8")).tables());
  }

  @Test
  void merged_names_are_served_under_both_names_by_the_policy_of_whoever_serves() {
    var pods = io.tombolo.mesh.catalog.Examples.aService("both").calledInConsul("both");
    var vms = io.tombolo.mesh.catalog.Examples.aConsulService("both");
    var facts =
        Stream.of(pods.build(), pods.at("10.1.0.20"), vms.build(), vms.at("10.2.0.20"))
            .<Fact>map(Fact.Registered::new)
            .toList();
    var settings = TwoWorlds.settings(new SameName(SameName.Choice.MERGE, Map.of()));
    var snapshot = new Snapshots().next(Mesh.of(TwoWorlds.catalog().with(facts), settings));
    var listener =
        StaticBootstrap.unpack(
            snapshot
                .viewFor(TwoWorlds.sidecar(vms, "10.2.0.20"))
                .of(ResourceType.LISTENER)
                .get("inbound:10.2.0.20:15006")
                .orElseThrow(),
            Listener.class);

    assertThat(listener.getFilterChainsList()).hasSize(1);
    assertThat(listener.getFilterChains(0).getFilterChainMatch().getServerNamesList())
        .containsExactly(
            "8080.both.shop.cluster-1.mesh.shop.example", "both.default.dc1.internal.shop.example");
    assertThat(listener.getFilterChains(0).getName()).isEqualTo("consul/dc1/default/both:8080");
  }
}
