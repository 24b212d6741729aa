package io.tombolo.consul;

import static io.tombolo.consul.Rows.cart;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Cidr;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.catalog.Health;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.identity.TrustDomain;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsulWorldTest {
  private static final SourceId DC = SourceId.consul("dc1");
  private static final ConsulWorld WORLD =
      new ConsulWorld(
          new TrustDomain("mesh.example"),
          DC,
          new Networks(Map.of("vms", List.of(Cidr.parse("10.0.0.0/8")))),
          "vms");

  private static List<Item> convert(Instance... rows) {
    return WORLD.service("cart", List.of(rows), Protocol.HTTP);
  }

  private static Service service(Instance... rows) {
    return (Service) convert(rows).getFirst();
  }

  private static EndpointSet set(Instance... rows) {
    return (EndpointSet) convert(rows).getLast();
  }

  private static Endpoint endpoint(Instance row) {
    assertThat(set(row).quarantined()).isEmpty();
    return set(row).endpoints().getFirst();
  }

  private static String reason(Instance row) {
    assertThat(set(row).endpoints()).isEmpty();
    return set(row).quarantined().getFirst().reason();
  }

  @Test
  void an_instance_becomes_an_endpoint_with_consuls_own_identity() {
    var endpoint = endpoint(cart("\"Meta\": {\"version\": \"2\"}"));

    assertThat(endpoint.workload().nodeId()).isEqualTo("consul/dc1/default/cart-1");
    assertThat(endpoint.workload().identity())
        .hasToString("spiffe://mesh.example/ns/default/dc/dc1/svc/cart");
    assertThat(endpoint.address()).isEqualTo("10.0.0.7");
    assertThat(endpoint.port()).isEqualTo(8080);
    assertThat(endpoint.appAddress()).isEqualTo("127.0.0.1");
    assertThat(endpoint.proxyPort()).isEqualTo(Endpoint.PROXY_PORT);
    assertThat(endpoint.network()).isEqualTo("vms");
    assertThat(endpoint.zone()).isEqualTo("z1");
    assertThat(endpoint.health()).isEqualTo(Health.HEALTHY);
  }

  @Test
  void a_service_has_its_lowest_port_its_protocol_tags_meta_and_virtual_address() {
    var service =
        service(
            cart(
                """
                "ID": "b", "Port": 9090, "Tags": ["v2"], "Meta": {"team": "a"},
                "TaggedAddresses": {"consul-virtual": {"Address": "240.0.0.1", "Port": 1},
                                    "lan": {"Address": "10.0.0.9", "Port": 1}}
                """),
            cart(""));

    assertThat(service.id()).isEqualTo(new ServiceId(DC, "default", "cart"));
    assertThat(service.ports()).containsExactly(new Port("", 8080, Protocol.HTTP));
    assertThat(service.consulNames()).containsExactly("cart");
    assertThat(service.labels()).containsEntry("team", "a").containsEntry("tag/v2", "");
    assertThat(service.virtualAddresses()).containsExactly("240.0.0.1");
    assertThat(service.exported()).isTrue();
  }

  @Test
  void meta_keeps_a_service_within_its_network() {
    assertThat(service(cart("\"Meta\": {\"tombolo-export\": \"false\"}")).exported()).isFalse();
  }

  @Test
  void a_service_is_relaxed_when_all_its_instances_say_so() {
    var relaxed = cart("\"ID\": \"a\", \"Meta\": {\"tombolo-http-profile\": \"relaxed\"}");
    var silent = cart("\"ID\": \"b\"");

    assertThat(service(silent).httpProfile()).isEqualTo(HttpProfile.STRICT);
    assertThat(service(relaxed).httpProfile()).isEqualTo(HttpProfile.RELAXED);
    assertThat(service(relaxed, silent).httpProfile()).isEqualTo(HttpProfile.STRICT);
  }

  @Test
  void intentions_do_the_most_that_instances_ask_for_once_all_of_them_ask() {
    var silent = cart("\"ID\": \"a\"");
    var audited = cart("\"ID\": \"b\", \"Meta\": {\"tombolo-enforcement\": \"audit\"}");
    var enforced = cart("\"ID\": \"c\", \"Meta\": {\"tombolo-enforcement\": \"enforce\"}");

    assertThat(service(silent).enforcement()).isEmpty();
    assertThat(service(audited).enforcement()).contains(Enforcement.AUDIT);
    assertThat(service(audited, enforced).enforcement()).contains(Enforcement.ENFORCE);
    assertThat(service(audited, silent).enforcement()).isEmpty();
  }

  @Test
  void a_step_that_is_none_is_refused_and_means_that_intentions_are_enforced() {
    var odd = cart("\"Meta\": {\"tombolo-enforcement\": \"off\"}");

    assertThat(service(odd).enforcement()).contains(Enforcement.ENFORCE);
    assertThat(WORLD.service("cart", List.of(odd), Protocol.TCP))
        .filteredOn(Refused.class::isInstance)
        .extracting(item -> ((Refused) item).what())
        .containsExactly("service cart Meta.tombolo-enforcement");
  }

  @Test
  void a_profile_that_is_none_is_refused_and_means_strict() {
    var odd = cart("\"Meta\": {\"tombolo-http-profile\": \"lax\"}");

    assertThat(service(odd).httpProfile()).isEqualTo(HttpProfile.STRICT);
    assertThat(WORLD.service("cart", List.of(odd), Protocol.TCP))
        .filteredOn(Refused.class::isInstance)
        .singleElement()
        .isEqualTo(
            new Refused(
                DC,
                "service cart Meta.tombolo-http-profile",
                "must be \"strict\" or \"relaxed\", not \"lax\"; the service is held to the strict"
                    + " profile"));
  }

  @Test
  void the_services_own_address_counts_before_its_nodes() {
    assertThat(endpoint(cart("\"Address\": \"10.1.2.3\"")).address()).isEqualTo("10.1.2.3");
  }

  @Test
  void meta_names_the_application_address_and_the_proxy_port() {
    var endpoint =
        endpoint(
            cart(
                """
                "Meta": {"tombolo-app-address": "10.0.0.7", "tombolo-proxy-port": "20000"}
                """));

    assertThat(endpoint.appAddress()).isEqualTo("10.0.0.7");
    assertThat(endpoint.proxyPort()).isEqualTo(20000);
  }

  @ParameterizedTest
  @CsvSource({
    "passing, passing, HEALTHY",
    "passing, warning, DEGRADED",
    "warning, critical, UNHEALTHY",
    "critical, passing, UNHEALTHY",
    "passing, maintenance, UNHEALTHY",
  })
  void the_worst_of_the_nodes_and_the_services_checks_counts(
      String node, String service, Health expected) {
    var checks =
        """
        {"Node": "vm-1", "CheckID": "serfHealth", "Status": "%s"},
        {"Node": "vm-1", "CheckID": "c", "ServiceID": "cart-1", "ServiceName": "cart",
         "Status": "%s"}
        """
            .formatted(node, service);
    assertThat(endpoint(cart("", checks)).health()).isEqualTo(expected);
  }

  @Test
  void weights_are_those_of_its_health() {
    var weights = "\"Weights\": {\"Passing\": 10, \"Warning\": 3}";
    var warning = "{\"Node\": \"vm-1\", \"CheckID\": \"c\", \"Status\": \"warning\"}";

    assertThat(endpoint(cart(weights)).weight()).isEqualTo(10);
    assertThat(endpoint(cart(weights, warning)).weight()).isEqualTo(3);
    assertThat(endpoint(cart("\"Weights\": {\"Passing\": 1, \"Warning\": 0}", warning)).health())
        .isEqualTo(Health.UNHEALTHY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "::1",
        "169.254.1.1",
        "0.0.0.0",
        "224.0.0.1",
        "192.168.0.1",
        "example.com",
        "10.0.0.1\\n",
        "10.0.0.1/8"
      })
  void an_address_that_peers_cannot_reach_is_quarantined(String address) {
    assertThat(reason(cart("\"Address\": \"%s\"".formatted(address)))).startsWith("address: ");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`\"Port\": 0`, Port: 0",
        "`\"Port\": 70000`, Port: 70000",
        "`\"ID\": \"a/../b\"`, ID: \"a/../b\"",
        "`\"ID\": \"a\\u001b[2J\"`, ID: \"a\\u001b[2J\"",
        "`\"Meta\": {\"tombolo-proxy-port\": \"http\"}`, Meta.tombolo-proxy-port",
        "`\"Meta\": {\"tombolo-proxy-port\": \"0\"}`, Meta.tombolo-proxy-port",
        "`\"Meta\": {\"tombolo-app-address\": \"10.0.0.8\"}`, Meta.tombolo-app-address",
        "`\"Meta\": {\"tombolo-app-address\": \"localhost\"}`, Meta.tombolo-app-address",
      })
  void a_field_that_is_not_valid_is_named(String fields, String start) {
    assertThat(reason(cart(fields))).startsWith(start);
  }

  @Test
  void an_oversized_id_is_quarantined_with_a_short_reason() {
    var set = set(cart("\"ID\": \"%s\"".formatted("x".repeat(100_000))), cart(""));

    assertThat(set.endpoints()).hasSize(1);
    assertThat(set.quarantined().getFirst().reason()).hasSizeLessThan(400);
    assertThat(set.quarantined().getFirst().row()).hasSizeLessThan(100);
  }

  @Test
  void an_id_that_is_taken_on_another_node_is_quarantined() {
    var other =
        Instance.ofHealth(
            Rows.json(
                """
                {"Node": {"Node": "vm-2", "Address": "10.0.0.8"},
                 "Service": {"ID": "cart-1", "Service": "cart", "Port": 8080}, "Checks": []}
                """));
    var set = set(cart(""), other);

    assertThat(set.endpoints()).extracting(Endpoint::address).containsExactly("10.0.0.7");
    assertThat(set.quarantined().getFirst().row()).isEqualTo("vm-2/cart-1");
    assertThat(set.quarantined().getFirst().reason()).contains("already", "vm-1");
  }

  @Test
  void a_service_with_no_valid_port_at_all_is_only_quarantined() {
    assertThat(convert(cart("\"Port\": 0"))).hasSize(1).first().isInstanceOf(EndpointSet.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Cart", "a.b", "a_b", "../x", "a b", "", "x\u0000"})
  void a_name_that_is_no_dns_label_is_refused(String name) {
    var items = WORLD.service(name, List.of(cart("")), Protocol.TCP);

    assertThat(items).singleElement().isInstanceOf(Refused.class);
    assertThat(((Refused) items.getFirst()).reason()).startsWith("Name: must be a DNS label");
  }

  @Test
  void proxies_gateways_and_consul_itself_are_no_services_of_the_mesh() {
    assertThat(convert(cart("\"Kind\": \"connect-proxy\""))).isEmpty();
    assertThat(convert(cart("\"Kind\": \"mesh-gateway\""))).isEmpty();
    assertThat(WORLD.service("consul", List.of(cart("")), Protocol.TCP)).isEmpty();
  }

  @Test
  void service_defaults_decide_the_protocol_before_proxy_defaults() {
    var protocols =
        Protocols.of(
            List.of(
                Rows.json("{\"Kind\": \"proxy-defaults\", \"Config\": {\"protocol\": \"http\"}}"),
                Rows.json(
                    "{\"Kind\": \"service-defaults\", \"Name\": \"a\", \"Protocol\": \"grpc\"}"),
                Rows.json("{\"Kind\": \"service-defaults\", \"Name\": \"b\"}")));

    assertThat(protocols.of("a")).isEqualTo(Protocol.GRPC);
    assertThat(protocols.of("b")).isEqualTo(Protocol.HTTP);
    assertThat(Protocols.NONE.of("a")).isEqualTo(Protocol.TCP);
  }

  @Test
  void a_malformed_entry_about_protocols_leaves_the_others_in_force() {
    var protocols =
        Protocols.of(
            List.of(
                Rows.json("{\"Kind\": \"proxy-defaults\", \"Name\": \"global\", \"Config\": [1]}"),
                Rows.json(
                    "{\"Kind\": \"service-defaults\", \"Name\": \"a\", \"Protocol\": \"grpc\"}")));

    assertThat(protocols.of("a")).isEqualTo(Protocol.GRPC);
    assertThat(protocols.refused(DC))
        .containsExactly(new Refused(DC, "proxy-defaults global", "Config must be an object"));
  }
}
