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
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A sidecar is told of what its identity may call, what it may call as one of many when it first
/// does, and of nothing else.
@Tag("push")
class ScopeTest {
  private static final Mesh.Settings SETTINGS =
      TwoWorlds.settings(new SameName(SameName.Choice.APART, Map.of()), Visibility.ALLOWED);
  private static final Proxy CART_POD = TwoWorlds.sidecar(CART, "10.1.0.7");
  private static final String BILLING_SNI = "billing.default.dc1.internal.shop.example";
  private static final String DB_SNI = "db.default.dc1.internal.shop.example";
  private static final Fact DB_FOR_CART =
      new Fact.Registered(TwoWorlds.consulIntentions("db", "cart", Intention.Action.ALLOW));

  private static final Fact EVERYONE = new Fact.Registered(TwoWorlds.everyoneMayCallEverything());
  private static final String DEMAND_OF_DB = "demand:240.0.0.2:5432";

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
    var allowed = snapshot(DB_FOR_CART).viewFor(CART_POD, Set.of(), before);
    assertThat(names(allowed, ResourceType.ENDPOINTS)).containsExactly(BILLING_SNI, DB_SNI);

    var denied =
        snapshot(
                new Fact.Registered(
                    TwoWorlds.consulIntentions("db", "cart", Intention.Action.DENY)))
            .viewFor(CART_POD, Set.of(), allowed);
    assertThat(names(denied, ResourceType.ENDPOINTS)).containsExactly(BILLING_SNI);
  }

  @Test
  void what_it_may_not_call_changes_nothing_for_it() {
    var before = snapshot().viewFor(CART_POD);

    var after =
        snapshot(new Fact.Registered(STOCK.at("10.1.0.99"))).viewFor(CART_POD, Set.of(), before);

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
  void what_everyone_may_call_is_told_when_it_is_first_called() {
    var before = snapshot(EVERYONE).viewFor(CART_POD);
    assertThat(names(before, ResourceType.ENDPOINTS)).containsExactly(BILLING_SNI);

    var demanded = snapshot(EVERYONE).viewFor(CART_POD, Set.of(DEMAND_OF_DB), before);

    assertThat(names(demanded, ResourceType.ENDPOINTS)).containsExactly(BILLING_SNI, DB_SNI);
    assertThat(names(demanded, ResourceType.CLUSTER)).contains(DB_SNI, DEMAND_OF_DB);
    assertThat(names(demanded, ResourceType.LISTENER)).contains("capture:240.0.0.2:5432");
    assertThat(demanded.of(ResourceType.CLUSTER).get(DEMAND_OF_DB).orElseThrow().body().toString())
        .contains(DB_SNI);
  }

  @Test
  void what_it_may_not_call_is_not_had_for_the_asking() {
    var demands = Set.of(DEMAND_OF_DB, "demand:10.9.9.9:1", "demand:", "demand:[::1:80");
    var view = snapshot().viewFor(CART_POD, demands, View.NOTHING);

    assertThat(names(view, ResourceType.ENDPOINTS)).containsExactly(BILLING_SNI);
    assertThat(names(view, ResourceType.CLUSTER)).noneMatch(name -> name.startsWith("demand:"));
  }

  @Test
  void what_was_demanded_goes_when_nobody_may_call_it_any_more() {
    var demanded = snapshot(EVERYONE).viewFor(CART_POD, Set.of(DEMAND_OF_DB), View.NOTHING);

    var denied = snapshot().viewFor(CART_POD, Set.of(DEMAND_OF_DB), demanded);

    assertThat(names(denied, ResourceType.CLUSTER)).doesNotContain(DB_SNI, DEMAND_OF_DB);
    assertThat(names(denied, ResourceType.LISTENER)).doesNotContain("capture:240.0.0.2:5432");
  }

  @Test
  void a_virtual_address_that_goes_from_service_to_service_stays_one_listener() {
    var demands = Set.of("demand:240.0.0.1:8080", "demand:240.0.0.9:8080");
    var before = snapshot(EVERYONE).viewFor(CART_POD, demands, View.NOTHING);
    assertThat(leadsTo(before, "capture:240.0.0.1:8080")).contains(BILLING_SNI);

    var after =
        snapshot(
                EVERYONE,
                new Fact.Registered(TwoWorlds.withVirtualAddress(BILLING, "240.0.0.9")),
                new Fact.Registered(TwoWorlds.withVirtualAddress(CART, "240.0.0.1")))
            .viewFor(CART_POD, demands, before);
    assertThat(leadsTo(after, "capture:240.0.0.1:8080")).contains("8080.cart.shop");
    assertThat(leadsTo(after, "capture:240.0.0.9:8080")).contains(BILLING_SNI);
    assertThat(names(after, ResourceType.LISTENER)).doesNotContain("capture:10.96.0.10:8080");
  }

  private static String leadsTo(View view, String listener) {
    return view.of(ResourceType.LISTENER).get(listener).orElseThrow().body().toString();
  }
}
