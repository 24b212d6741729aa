package io.tombolo.kubernetes;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Cidr;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.catalog.Fact;
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
import io.tombolo.mesh.policy.PolicyObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KubernetesWorldTest {
  private static final Manifests MANIFESTS = new Manifests();
  private static final SourceId EAST = SourceId.kubernetes("east");
  private static final Networks NETWORKS =
      new Networks(Map.of("pods", List.of(Cidr.parse("10.1.0.0/16"))));
  private static final ServiceId CART = new ServiceId(EAST, "shop", "cart");

  private final KubernetesWorld world = aWorld();
  private Catalog catalog = Catalog.of(Set.of(EAST));

  private static KubernetesWorld aWorld() {
    return new KubernetesWorld(new Cluster(EAST, new TrustDomain("example.org"), "pods", NETWORKS));
  }

  private List<Fact> put(String yaml) {
    var facts = new ArrayList<Fact>();
    MANIFESTS.parse(yaml).forEach(object -> facts.addAll(world.put(object)));
    catalog = catalog.with(facts);
    return facts;
  }

  private List<Fact> remove(String yaml) {
    var facts = new ArrayList<Fact>();
    MANIFESTS.parse(yaml).forEach(object -> facts.addAll(world.remove(object)));
    catalog = catalog.with(facts);
    return facts;
  }

  private Service service(String yaml) {
    return (Service) item(put(yaml));
  }

  private static Item item(List<Fact> facts) {
    assertThat(facts).hasSize(1);
    return ((Fact.Registered) facts.getFirst()).item();
  }

  private static String aService(String ports) {
    return "{apiVersion: v1, kind: Service, metadata: {name: cart, namespace: shop}, spec: {ports:"
        + " ["
        + ports
        + "]}}";
  }

  private static String aPod(String name, String address) {
    return """
    {apiVersion: v1, kind: Pod, metadata: {name: %s, namespace: shop, uid: uid-%s},
     spec: {serviceAccountName: cart, containers: []}, status: {podIP: %s}}
    """
        .formatted(name, name, address);
  }

  private static String aSlice(String endpoints) {
    return """
    {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
     metadata: {name: cart-x1, namespace: shop, labels: {kubernetes.io/service-name: cart}},
     ports: [{name: http, port: 8080, protocol: TCP}, {name: dns, port: 53, protocol: UDP}],
     endpoints: [%s]}
    """
        .formatted(endpoints);
  }

  private static String anEndpoint(String address, String pod, String more) {
    return "{addresses: [\"%s\"], targetRef: {kind: Pod, name: %s}, nodeName: n1 %s}"
        .formatted(address, pod, more);
  }

  private static String anIntention(String spec) {
    return "{apiVersion: mesh.tombolo.io/v1alpha1, kind: Intention, metadata: {name: to-cart,"
        + " namespace: shop}, spec: "
        + spec
        + "}";
  }

  private Service served(String name) {
    return requireNonNull(catalog.services().get(new ServiceId(EAST, "shop", name)));
  }

  private EndpointSet cart() {
    return requireNonNull(requireNonNull(catalog.endpoints().get(CART)).get("cart-x1"));
  }

  private Endpoint onlyEndpoint() {
    assertThat(cart().endpoints()).hasSize(1);
    return cart().endpoints().getFirst();
  }

  @Test
  void a_service_is_known_by_all_its_names_and_addresses() {
    var cart =
        service(
            """
            {apiVersion: v1, kind: Service, metadata: {name: cart, namespace: default,
              labels: {app: cart}},
             spec: {clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7, "fd00::7"],
              ports: [{name: http, port: 80}]}}
            """);

    assertThat(cart.id()).isEqualTo(new ServiceId(EAST, "default", "cart"));
    assertThat(cart.consulNames()).containsExactlyInAnyOrder("cart-default", "cart");
    assertThat(cart.virtualAddresses()).containsExactly("10.96.0.7", "fd00:0:0:0:0:0:0:7");
    assertThat(cart.labels()).isEqualTo(Map.of("app", "cart"));
    assertThat(cart.exported()).isTrue();
  }

  @Test
  void an_annotation_gives_the_name_in_consul() {
    var named =
        service(
            """
            {apiVersion: v1, kind: Service, metadata: {name: cart, namespace: shop,
              annotations: {consul.hashicorp.com/service-name: basket}},
             spec: {clusterIP: None, ports: [{port: 80}]}}
            """);

    assertThat(named.consulNames()).containsExactly("basket");
    assertThat(named.virtualAddresses()).isEmpty();
  }

  @Test
  void an_annotation_that_is_no_name_is_refused_and_the_service_is_not() {
    var facts =
        put(
            """
            {apiVersion: v1, kind: Service, metadata: {name: cart, namespace: shop,
              annotations: {consul.hashicorp.com/service-name: "a/../b"}},
             spec: {ports: [{port: 80}]}}
            """);

    assertThat(facts).hasSize(2);
    assertThat(served("cart").consulNames()).containsExactly("cart-shop");
    assertThat(refused().getFirst().what()).contains("annotation");
  }

  @ParameterizedTest
  @CsvSource({
    "http, , HTTP",
    "http-web, , HTTP",
    "grpc-api, , GRPC",
    "http2, , HTTP2",
    "tcp-http, , TCP",
    "https, , TCP",
    "api, grpc, GRPC",
    "http-x, kubernetes.io/h2c, HTTP2",
    "http, mysql, TCP"
  })
  void the_protocol_is_that_of_app_protocol_then_of_the_port_name(
      String name, String appProtocol, Protocol expected) {
    var more = appProtocol == null ? "" : ", appProtocol: " + appProtocol;

    var cart = service(aService("{name: " + name + ", port: 80" + more + "}"));

    assertThat(cart.ports()).containsExactly(new Port(name, 80, expected));
  }

  @Test
  void udp_ports_are_skipped_and_a_service_with_nothing_else_is_refused() {
    assertThat(
            service(aService("{name: dns, port: 53, protocol: UDP}, {name: tcp, port: 53}"))
                .ports())
        .containsExactly(new Port("tcp", 53, Protocol.TCP));

    var facts = put(aService("{name: dns, port: 53, protocol: UDP}"));

    assertThat(facts).hasSize(2);
    assertThat(catalog.services()).isEmpty();
    assertThat(refused()).hasSize(1);
    assertThat(refused().getFirst().what()).isEqualTo("Service shop/cart");
    assertThat(refused().getFirst().reason()).contains("spec.ports", "no TCP port");
  }

  @Test
  void a_service_says_how_strictly_it_is_to_be_read() {
    put(annotated("relaxed"));
    assertThat(served("cart").httpProfile()).isEqualTo(HttpProfile.RELAXED);

    put(annotated("Relaxed"));
    assertThat(served("cart").httpProfile()).isEqualTo(HttpProfile.STRICT);
    assertThat(refused().getFirst().what()).endsWith("annotation mesh.tombolo.io/http-profile");
    assertThat(refused().getFirst().reason())
        .isEqualTo(
            "must be \"strict\" or \"relaxed\", not \"Relaxed\"; the service is held to the strict"
                + " profile");

    put(annotated("strict"));
    assertThat(served("cart").httpProfile()).isEqualTo(HttpProfile.STRICT);
    assertThat(refused()).isEmpty();
  }

  private static String annotated(String profile) {
    return """
    {apiVersion: v1, kind: Service, metadata: {name: cart, namespace: shop,
      annotations: {mesh.tombolo.io/http-profile: %s}}, spec: {ports: [{port: 80}]}}
    """
        .formatted(profile);
  }

  @Test
  void an_external_name_is_refused_until_it_is_a_service_of_its_own() {
    put(
        "{apiVersion: v1, kind: Service, metadata: {name: cart, namespace: shop}, spec: {type:"
            + " ExternalName, externalName: example.org}}");
    assertThat(refused().getFirst().reason()).contains("ExternalName");

    put(aService("{port: 80}"));

    assertThat(refused()).isEmpty();
    assertThat(catalog.services()).containsKey(CART);
  }

  @Test
  void a_service_says_whether_it_is_exported_and_its_namespace_says_it_for_the_others() {
    put(aService("{port: 80}"));
    put(
        """
        {apiVersion: v1, kind: Service, metadata: {name: open, namespace: shop,
          annotations: {mesh.tombolo.io/export: "true"}}, spec: {ports: [{port: 80}]}}
        """);
    var namespace =
        "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels:"
            + " {mesh.tombolo.io/export: \"false\"}}}";

    put(namespace);

    assertThat(served("cart").exported()).isFalse();
    assertThat(served("open").exported()).isTrue();
    remove(namespace);
    assertThat(served("cart").exported()).isTrue();
  }

  @Test
  void a_service_says_what_intentions_do_and_its_namespace_says_it_for_the_others() {
    put(aService("{port: 80}"));
    put(
        """
        {apiVersion: v1, kind: Service, metadata: {name: bold, namespace: shop,
          annotations: {mesh.tombolo.io/enforcement: enforce}}, spec: {ports: [{port: 80}]}}
        """);
    var namespace =
        "{apiVersion: v1, kind: Namespace, metadata: {name: shop, annotations:"
            + " {mesh.tombolo.io/enforcement: %s}}}";

    put(namespace.formatted("audit"));

    assertThat(served("cart").enforcement()).contains(Enforcement.AUDIT);
    assertThat(served("bold").enforcement()).contains(Enforcement.ENFORCE);
    put(namespace.formatted("adit"));
    assertThat(served("cart").enforcement()).contains(Enforcement.ENFORCE);
    assertThat(world.facts())
        .anySatisfy(fact ->
            assertThat(fact.toString())
                .contains("Namespace shop annotation mesh.tombolo.io/enforcement")
                .contains("not \"adit\""));
    remove(namespace.formatted("adit"));
    assertThat(served("cart").enforcement()).isEmpty();
  }

  @Test
  void an_endpoint_has_its_pods_identity_and_its_nodes_zone() {
    put(aPod("cart-1", "10.1.0.7"));
    put(aSlice(anEndpoint("10.1.0.7", "cart-1", "")));
    assertThat(onlyEndpoint().zone()).isEmpty();

    put(
        "{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {topology.kubernetes.io/zone:"
            + " z1}}}");

    var endpoint = onlyEndpoint();
    assertThat(endpoint.workload().nodeId()).isEqualTo("kubernetes/east/shop/cart-1");
    assertThat(endpoint.workload().identity()).hasToString("spiffe://example.org/ns/shop/sa/cart");
    assertThat(endpoint)
        .isEqualTo(
            new Endpoint(
                endpoint.workload(),
                "http",
                "10.1.0.7",
                8080,
                "10.1.0.7",
                15006,
                "pods",
                "z1",
                Health.HEALTHY,
                1));
  }

  @Test
  void the_zone_of_the_slice_counts_before_that_of_the_node() {
    put(aPod("cart-1", "10.1.0.7"));
    put(aSlice(anEndpoint("10.1.0.7", "cart-1", ", zone: z2")));

    assertThat(onlyEndpoint().zone()).isEqualTo("z2");
  }

  @Test
  void an_endpoint_waits_for_its_pod_and_goes_with_it() {
    put(aSlice(anEndpoint("10.1.0.7", "cart-1", "")));
    assertThat(cart().endpoints()).isEmpty();
    assertThat(cart().quarantined().getFirst().row()).isEqualTo("10.1.0.7 (pod cart-1)");
    assertThat(cart().quarantined().getFirst().reason()).startsWith("pod not known yet");

    put(aPod("cart-1", "10.1.0.7"));
    assertThat(cart().endpoints()).hasSize(1);
    assertThat(cart().quarantined()).isEmpty();

    remove(aPod("cart-1", "10.1.0.7"));
    assertThat(cart().endpoints()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'', HEALTHY",
    "'ready: false', UNHEALTHY",
    "'ready: true', HEALTHY",
    "'ready: false, serving: true, terminating: true', DRAINING",
    "'ready: false, serving: false, terminating: true', UNHEALTHY"
  })
  void the_conditions_give_the_health(String conditions, Health expected) {
    put(aPod("cart-1", "10.1.0.7"));
    put(aSlice(anEndpoint("10.1.0.7", "cart-1", ", conditions: {" + conditions + "}")));

    assertThat(onlyEndpoint().health()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{addresses: [10.1.0.7]}",
        "{addresses: [10.1.0.7], targetRef: {kind: Node, name: n1}}",
        "{addresses: [10.1.0.7], targetRef: {kind: Pod, name: cart-1, namespace: other}}",
        "{addresses: [10.1.0.7], targetRef: {kind: Pod, name: cart-1, uid: another}}",
        "{addresses: [10.1.0.9], targetRef: {kind: Pod, name: cart-1}}",
        "{addresses: [10.1.0.7, null], targetRef: {kind: Pod, name: \"../../x\"}}",
        "{addresses: [127.0.0.1], targetRef: {kind: Pod, name: lo}}",
        "{addresses: [192.168.0.1], targetRef: {kind: Pod, name: far}}",
        "{addresses: [], targetRef: {kind: Pod, name: cart-1}}",
        "{targetRef: {kind: Pod, name: far}}",
        "{}"
      })
  void a_row_that_cannot_be_served_is_quarantined_and_its_neighbours_are_not(String row) {
    put(aPod("cart-1", "10.1.0.7"));
    put(aPod("cart-2", "10.1.0.8"));
    put(aPod("lo", "127.0.0.1"));
    put(aPod("far", "192.168.0.1"));

    put(aSlice(anEndpoint("10.1.0.8", "cart-2", "") + ", " + row));

    assertThat(onlyEndpoint().address()).isEqualTo("10.1.0.8");
    assertThat(cart().quarantined()).hasSize(1);
    assertThat(cart().quarantined().getFirst().reason()).isNotBlank();
  }

  @Test
  void names_of_hosts_are_quarantined() {
    put(aPod("cart-1", "10.1.0.7"));
    put(aSlice(anEndpoint("cart.example.org", "cart-1", "")).replace("IPv4", "FQDN"));

    assertThat(cart().quarantined().getFirst().reason()).contains("addressType");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "metadata: {name: \"../../etc\", namespace: shop}",
        "metadata: {name: \"a\\u0000b\"}",
        "metadata: {name: ABC}",
        "metadata: {name: a, namespace: \"*\"}",
        "metadata: {}",
        "spec: {ports: [null, {port: 80}]}",
        "metadata: {name:"
            + " aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}"
      })
  void a_hostile_service_is_refused_with_a_printable_reason(String metadata) {
    var facts = put("{apiVersion: v1, kind: Service, " + metadata + "}");

    var refused = (Refused) item(facts);
    assertThat(refused.what() + refused.reason()).matches("[ -~]+");
  }

  @Test
  void a_slice_of_no_service_says_nothing() {
    assertThat(put(aSlice("").replace("kubernetes.io/service-name: cart", "a: b"))).isEmpty();
  }

  @Test
  void a_slice_of_a_service_with_a_bad_name_is_refused() {
    put(aSlice("").replace("service-name: cart", "service-name: \"a b\""));

    assertThat(refused().getFirst().what()).isEqualTo("EndpointSlice shop/cart-x1");
  }

  @Test
  void what_is_put_twice_is_said_once() {
    put(aPod("cart-1", "10.1.0.7"));
    put(aSlice(anEndpoint("10.1.0.7", "cart-1", "")));

    assertThat(put(aSlice(anEndpoint("10.1.0.7", "cart-1", "")))).isEmpty();
    assertThat(put(aPod("cart-1", "10.1.0.7"))).isEmpty();
  }

  @Test
  void an_intention_names_services_accounts_and_namespaces_of_either_world() {
    put(
        anIntention(
            """
            {destination: {name: cart},
             sources: [
              {name: web, action: allow},
              {name: billing, world: consul, action: deny},
              {serviceAccount: job, namespace: batch, action: allow},
              {name: "*", namespace: tools, action: allow},
              {name: "*", namespace: "*", action: deny}]}
            """));

    assertThat(policy().problems()).isEmpty();
    assertThat(policy().intentions().stream().map(Object::toString))
        .containsExactly(
            "kubernetes/shop/web -> kubernetes/shop/cart allow (precedence 9,"
                + " kubernetes/east/Intention/shop/to-cart#0)",
            "consul/default/billing -> kubernetes/shop/cart deny (precedence 9,"
                + " kubernetes/east/Intention/shop/to-cart#1)",
            "serviceaccount/batch/job -> kubernetes/shop/cart allow (precedence 9,"
                + " kubernetes/east/Intention/shop/to-cart#2)",
            "kubernetes/tools/* -> kubernetes/shop/cart allow (precedence 8,"
                + " kubernetes/east/Intention/shop/to-cart#3)",
            "* -> kubernetes/shop/cart deny (precedence 8,"
                + " kubernetes/east/Intention/shop/to-cart#4)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{sources: [{name: a, action: allow}]}|spec.destination",
        "{destination: {name: cart}}|spec.sources",
        "{destination: {name: cart}, sources: []}|spec.sources",
        "{destination: {name: cart}, sources: [{name: a, action: maybe}]}|sources[0].action",
        "{destination: {name: cart}, sources: [{name: a}]}|sources[0].action",
        "{destination: {name: cart}, sources: [{action: allow}]}|sources[0]",
        "{destination: {name: cart}, sources: [{name: a, serviceAccount: b, action: deny}]}|give"
            + " one",
        "{destination: {name: c}, sources: [{spiffeId: 'spiffe://p.example/a', name: a, action:"
            + " allow}]}|give one",
        "{destination: {name: c}, sources: [{spiffeId: 'spiffe://p.example/a', namespace: a,"
            + " action: allow}]}|goes without",
        "{destination: {name: c}, sources: [{spiffeId: 'spiffe://p.example', action:"
            + " allow}]}|spiffeId: this is a trust domain",
        "{destination: {name: c}, sources: [{spiffeId: 'spiffe://p.example/*', action:"
            + " allow}]}|spiffeId",
        "{destination: {name: CART}, sources: [{name: a, action: deny}]}|spec.destination",
        "{destination: {name: cart}, sources: [{name: '.*', action: allow}]}|sources[0]",
        "{destination: {name: cart}, sources: [{name: a, namespace: '*', action:"
            + " allow}]}|namespace",
        "{destination: {name: c}, sources: [{name: '*', world: consul, action: allow}]}|.name",
        "{destination: {name: c, world: mars}, sources: [{name: a, action: allow}]}|.world",
        "{destination: {name: c}, sources: [{serviceAccount: a, world: consul, action:"
            + " deny}]}|world",
        "{destination: {name: c}, sources: [{name: a, action: allow, permissions:"
            + " []}]}|permissions",
        "{destination: {name: c, port: 80}, sources: [{name: a, action: allow}]}|port"
      })
  void an_intention_that_cannot_be_enforced_is_rejected_and_the_last_good_one_stays(
      String spec, String field) {
    put(anIntention("{destination: {name: cart}, sources: [{name: web, action: allow}]}"));

    put(anIntention(spec));

    assertThat(policy().problems()).anyMatch(problem -> problem.contains(field));
    assertThat(policy().intentions()).hasSize(1);
  }

  @Test
  void an_intention_that_is_gone_rules_nothing() {
    var intention = anIntention("{destination: {name: c}, sources: [{name: a, action: allow}]}");
    put(intention);

    remove(intention);

    assertThat(catalog.others()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatever_the_history_the_world_is_as_if_it_had_just_been_listed(long seed) {
    var random = new Random(seed);
    var there = new ArrayList<HasMetadata>();
    for (int step = 0; step < 300; step++) {
      var object = anyObject(random);
      there.removeIf(known -> Ref.of(known).equals(Ref.of(object)));
      boolean gone = random.nextInt(4) == 0;
      catalog = catalog.with(gone ? world.remove(object) : world.put(object));
      if (!gone) {
        there.add(object);
      }
    }
    var fresh = aWorld();
    Collections.shuffle(there, random);
    there.forEach(fresh::put);
    var listed = Catalog.of(Set.of(EAST)).with(fresh.facts());

    assertThat(world.present()).isEqualTo(fresh.present());
    assertThat(catalog.services()).isEqualTo(listed.services());
    assertThat(catalog.endpoints()).isEqualTo(listed.endpoints());
    assertThat(catalog.others()).isEqualTo(listed.others());
  }

  private static HasMetadata anyObject(Random random) {
    int n = random.nextInt(3);
    var yaml =
        switch (random.nextInt(5)) {
          case 0 -> aPod("cart-" + n, "10.1.0." + (n + random.nextInt(2)));
          case 1 ->
              aSlice(
                      anEndpoint("10.1.0." + n, "cart-" + n, "")
                          + ","
                          + anEndpoint("10.1.0.2", "cart-2", ""))
                  .replace("cart-x1", "cart-x" + n)
                  .replace("service-name: cart", "service-name: cart" + random.nextInt(2));
          case 2 ->
              aService("{port: " + (80 + n) + ", protocol: " + (n == 0 ? "UDP" : "TCP") + "}");
          case 3 ->
              "{apiVersion: v1, kind: Node, metadata: {name: n1, labels:"
                  + " {topology.kubernetes.io/zone: z%d}}}".formatted(n);
          default ->
              "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels:"
                  + " {mesh.tombolo.io/export: \"%s\"}}}".formatted(n == 0);
        };
    return MANIFESTS.parse(yaml).getFirst();
  }

  private PolicyObject policy() {
    return (PolicyObject)
        requireNonNull(
            catalog.others().get(PolicyObject.key(EAST, "Intention", "shop", "to-cart")));
  }

  private List<Refused> refused() {
    return catalog.others().values().stream()
        .filter(Refused.class::isInstance)
        .map(Refused.class::cast)
        .toList();
  }
}
