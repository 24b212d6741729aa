package io.tombolo.xds.snapshot;

import static io.tombolo.xds.TwoWorlds.BILLING;
import static io.tombolo.xds.TwoWorlds.CART;
import static io.tombolo.xds.TwoWorlds.STOCK;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.mesh.scope.Upstream;
import io.tombolo.mesh.scope.Visibility;
import io.tombolo.xds.TwoWorlds;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A sidecar is told of what its identity may call, and of nothing else.
@Tag("push")
class ScopeTest {
  private static final Mesh.Settings SETTINGS =
      TwoWorlds.settings(new SameName(SameName.Choice.APART, Map.of()), Visibility.ALLOWED);
  private static final Proxy CART_POD = TwoWorlds.sidecar(CART, "10.1.0.7");
  private static final String BILLING_SNI = "billing.default.dc1.internal.shop.example";
  private static final String DB_SNI = "db.default.dc1.internal.shop.example";
  private static final Fact DB_FOR_CART =
      new Fact.Registered(TwoWorlds.consulIntentions("db", "cart", Intention.Action.ALLOW));

  private final Snapshots snapshots = new Snapshots();

  private Snapshot snapshot(Fact... more) {
    return snapshots.next(Mesh.of(TwoWorlds.catalog().with(List.of(more)), SETTINGS));
  }

  private static List<String> names(View view, ResourceType type) {
    return view.of(type).all().map(Resource::name).toList();
  }

  @Test
  void it_is_told_of_what_it_may_call() {
    var view = snapshot().viewFor(CART_POD);

    assertThat(names(view, ResourceType.ENDPOINTS)).containsExactly(BILLING_SNI);
    assertThat(names(view, ResourceType.CLUSTER)).contains("blackhole", BILLING_SNI);
    assertThat(names(view, ResourceType.CLUSTER)).doesNotContain(DB_SNI);
    assertThat(names(view, ResourceType.LISTENER)).contains("capture");
  }

  @Test
  void an_intention_makes_a_service_known_and_its_end_unknown() {
    var before = snapshot().viewFor(CART_POD);
    var allowed = snapshot(DB_FOR_CART).viewFor(CART_POD, before);
    assertThat(names(allowed, ResourceType.ENDPOINTS)).containsExactly(BILLING_SNI, DB_SNI);

    var denied =
        snapshot(
                new Fact.Registered(
                    TwoWorlds.consulIntentions("db", "cart", Intention.Action.DENY)))
            .viewFor(CART_POD, allowed);
    assertThat(names(denied, ResourceType.ENDPOINTS)).containsExactly(BILLING_SNI);
  }

  @Test
  void what_it_may_not_call_changes_nothing_for_it() {
    var before = snapshot().viewFor(CART_POD);

    var after = snapshot(new Fact.Registered(STOCK.at("10.1.0.99"))).viewFor(CART_POD, before);

    for (var type : ResourceType.values()) {
      assertThat(after.of(type)).isEqualTo(before.of(type));
    }
  }

  @Test
  void a_declared_upstream_is_told_though_no_intention_allows_it() {
    var declaring = TwoWorlds.sidecar(CART, "10.1.0.7", new Upstream("db", 0, "127.0.0.1", 9001));

    assertThat(names(snapshot().viewFor(declaring), ResourceType.ENDPOINTS))
        .containsExactly(DB_SNI);
  }

  @Test
  void who_may_call_everything_has_the_tables_that_others_have() {
    var everyone = new Fact.Registered(TwoWorlds.everyoneMayCallEverything());
    var scoped = snapshot(everyone).viewFor(CART_POD);
    var other = snapshot(everyone).viewFor(TwoWorlds.sidecar(STOCK, "10.1.0.9"));

    assertThat(scoped.of(ResourceType.ENDPOINTS).shared())
        .isSameAs(other.of(ResourceType.ENDPOINTS).shared());
    assertThat(names(scoped, ResourceType.ENDPOINTS)).contains(BILLING_SNI, DB_SNI);
  }

  @Test
  void a_virtual_address_that_goes_from_service_to_service_stays_one_listener() {
    var everyone = new Fact.Registered(TwoWorlds.everyoneMayCallEverything());
    var before = snapshot(everyone).viewFor(CART_POD);
    assertThat(leadsTo(before, "capture:240.0.0.1:8080")).contains(BILLING_SNI);

    var after =
        snapshot(
                everyone,
                new Fact.Registered(TwoWorlds.withVirtualAddress(BILLING, "240.0.0.9")),
                new Fact.Registered(TwoWorlds.withVirtualAddress(CART, "240.0.0.1")))
            .viewFor(CART_POD, before);
    assertThat(leadsTo(after, "capture:240.0.0.1:8080")).contains("8080.cart.shop");
    assertThat(leadsTo(after, "capture:240.0.0.9:8080")).contains(BILLING_SNI);
    assertThat(names(after, ResourceType.LISTENER)).doesNotContain("capture:10.96.0.10:8080");
  }

  private static String leadsTo(View view, String listener) {
    return view.of(ResourceType.LISTENER).get(listener).orElseThrow().body().toString();
  }
}
