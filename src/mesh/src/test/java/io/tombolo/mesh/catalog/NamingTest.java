package io.tombolo.mesh.catalog;

import static io.tombolo.mesh.catalog.Examples.CLUSTER;
import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.mesh.catalog.Examples.aConsulService;
import static io.tombolo.mesh.catalog.Examples.aService;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamingTest {
  private static final Examples.AService CART_POD = aService("cart").calledInConsul("cart");
  private static final Examples.AService CART_VM = aConsulService("cart");
  private static final Service POD = CART_POD.build();
  private static final Service VM = CART_VM.build();

  private static Naming naming(SameName.Choice choice) {
    return Naming.of(List.of(VM, POD), new SameName(SameName.Choice.APART, Map.of("cart", choice)));
  }

  @Test
  void kept_apart_each_service_has_its_own_endpoints() {
    var naming = naming(SameName.Choice.APART);

    assertThat(naming.behind(POD)).containsExactly(POD);
    assertThat(naming.behind(VM)).containsExactly(VM);
    assertThat(naming.reachedThrough(VM)).containsExactly(VM);
  }

  @Test
  void merged_either_name_reaches_both() {
    var naming = naming(SameName.Choice.MERGE);

    assertThat(naming.behind(POD)).containsExactlyInAnyOrder(POD, VM);
    assertThat(naming.behind(VM)).containsExactlyInAnyOrder(POD, VM);
    assertThat(naming.reachedThrough(POD)).containsExactlyInAnyOrder(POD, VM);
  }

  @Test
  void one_world_preferred_either_name_reaches_its_endpoints() {
    var kubernetes = naming(SameName.Choice.PREFER_KUBERNETES);
    var consul = naming(SameName.Choice.PREFER_CONSUL);

    assertThat(kubernetes.behind(VM)).containsExactly(POD);
    assertThat(kubernetes.behind(POD)).containsExactly(POD);
    assertThat(kubernetes.reachedThrough(VM)).isEmpty();
    assertThat(consul.behind(POD)).containsExactly(VM);
    assertThat(consul.reachedThrough(VM)).containsExactlyInAnyOrder(POD, VM);
  }

  @Test
  void a_name_of_both_worlds_is_shown_with_its_claimants_and_what_became_of_it() {
    assertThat(naming(SameName.Choice.MERGE).clashes().values())
        .singleElement()
        .satisfies(clash -> {
          assertThat(clash.name()).isEqualTo("cart");
          assertThat(clash.claimants()).containsExactlyInAnyOrder(POD.id(), VM.id());
          assertThat(clash.outcome()).contains("merged");
        });
  }

  @Test
  void a_name_within_one_world_is_no_clash() {
    var other = CART_POD.of(SourceId.kubernetes("cluster-2")).build();

    var naming = Naming.of(List.of(POD, other), new SameName(SameName.Choice.MERGE, Map.of()));

    assertThat(naming.clashes()).isEmpty();
    assertThat(naming.behind(POD)).containsExactly(POD);
  }

  @Test
  void a_name_kept_apart_means_the_service_of_the_callers_own_world() {
    var naming = naming(SameName.Choice.APART);

    assertThat(naming.resolve("cart", World.KUBERNETES)).contains(POD);
    assertThat(naming.resolve("cart", World.CONSUL)).contains(VM);
  }

  @Test
  void a_service_can_be_named_in_full_and_by_name_and_namespace() {
    var naming = naming(SameName.Choice.APART);

    assertThat(naming.resolve("kubernetes/cluster-1/shop/cart", World.CONSUL)).contains(POD);
    assertThat(naming.resolve("cart.shop", World.CONSUL)).contains(POD);
    assertThat(naming.resolve("consul/dc1/default/cart", World.KUBERNETES)).contains(VM);
    assertThat(naming.resolve("nobody", World.CONSUL)).isEmpty();
  }

  @Test
  void merged_ports_of_other_numbers_match_when_each_service_has_but_one() {
    var onAnother = CART_VM.on(new Port("", 9090, Protocol.HTTP)).build();
    var withTwo =
        CART_VM.on(new Port("a", 9090, Protocol.HTTP), new Port("b", 9091, Protocol.TCP)).build();

    assertThat(Naming.counterpart(POD, POD.ports().getFirst(), onAnother))
        .contains(onAnother.ports().getFirst());
    assertThat(Naming.counterpart(POD, POD.ports().getFirst(), withTwo)).isEmpty();
  }

  @Test
  void a_merged_destination_lists_the_endpoints_and_identities_of_both_worlds() {
    var facts =
        List.<Fact>of(
            new Fact.Registered(POD),
            new Fact.Registered(VM),
            new Fact.Registered(CART_POD.at("10.1.0.7")),
            new Fact.Registered(CART_VM.at("10.2.0.7")));
    var catalog = Catalog.of(List.of(CLUSTER, DATACENTER)).with(facts);

    var destination = naming(SameName.Choice.MERGE).destinations(POD, catalog).getFirst();

    assertThat(destination.endpoints())
        .extracting(Endpoint::address)
        .containsExactlyInAnyOrder("10.1.0.7", "10.2.0.7");
    assertThat(destination.identities())
        .extracting(Object::toString)
        .containsExactly(
            "spiffe://shop.example/ns/default/dc/dc1/svc/cart",
            "spiffe://shop.example/ns/shop/sa/cart");
    assertThat(destination.sni(TRUST_DOMAIN))
        .isEqualTo("8080.cart.shop.cluster-1.mesh.shop.example");
  }

  @Test
  void a_consul_service_has_the_sni_that_consul_gives_it() {
    assertThat(Destination.sni(VM.id(), VM.ports().getFirst(), TRUST_DOMAIN))
        .isEqualTo("cart.default.dc1.internal.shop.example");
  }
}
