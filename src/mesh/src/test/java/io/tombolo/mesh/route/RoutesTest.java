package io.tombolo.mesh.route;

import static io.tombolo.mesh.catalog.Examples.CLUSTER;
import static io.tombolo.mesh.catalog.Examples.aService;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Examples.AService;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("push")
class RoutesTest {
  private static final AService CART = aService("cart");
  private static final AService CANARY = aService("canary");
  private static final AService DB = aService("db").on(new Port("", 5432, Protocol.TCP));

  private static RouteRule.Match path(String path, boolean exact) {
    return new RouteRule.Match(path, exact, "", List.of(), List.of());
  }

  private static RouteRule.Match with(String method, int headers, int queries) {
    return new RouteRule.Match("/", false, method, fields(headers), fields(queries));
  }

  private static List<RouteRule.Field> fields(int count) {
    var fields = new ArrayList<RouteRule.Field>();
    for (int i = 0; i < count; i++) {
      fields.add(new RouteRule.Field("x-" + i, "1"));
    }
    return fields;
  }

  private static RouteRule rule(AService backend, RouteRule.Match... matches) {
    return new RouteRule(
        List.of(matches),
        RouteRule.HeaderEdits.NONE,
        RouteRule.HeaderEdits.NONE,
        0,
        List.of(new RouteRule.Backend(backend.id(), 8080, 1)));
  }

  private static RouteObject route(
      String name, String created, AService parent, RouteRule... rules) {
    return RouteObject.accepted(
        RouteObject.key(CLUSTER, "HTTPRoute", "shop", name),
        created,
        List.of(new RouteObject.Parent(parent.id(), 0)),
        List.of(rules));
  }

  private static Catalog catalog(RouteObject... routes) {
    var facts = new ArrayList<Fact>();
    List.of(CART, CANARY, DB).forEach(s -> facts.add(new Fact.Registered(s.build())));
    List.of(routes).forEach(route -> facts.add(new Fact.Registered(route)));
    return Catalog.of(List.of(CLUSTER)).with(facts);
  }

  private static List<Choice> choices(Catalog catalog) {
    return at(CART.build(), catalog).getOrDefault(8080, List.of());
  }

  private static Map<Integer, List<Choice>> at(Service service, Catalog catalog) {
    return Routes.of(catalog.others().values()).at(service, catalog);
  }

  @Test
  void the_more_exact_match_is_tried_first_whatever_the_route() {
    var catalog =
        catalog(
            route(
                "old",
                "2026-01-01T00:00:00Z",
                CART,
                rule(CART, path("/", false), path("/a", false)),
                rule(CART, with("GET", 0, 0), with("", 1, 0), with("", 0, 2))),
            route(
                "new",
                "2026-01-02T00:00:00Z",
                CART,
                rule(CANARY, path("/a/b", false), path("/a", true)),
                rule(CANARY, with("GET", 2, 0), with("", 2, 0), with("", 1, 1))));

    assertThat(choices(catalog))
        .extracting(Choice::match)
        .containsExactly(
            path("/a", true),
            path("/a/b", false),
            path("/a", false),
            with("GET", 2, 0),
            with("GET", 0, 0),
            with("", 2, 0),
            with("", 1, 1),
            with("", 1, 0),
            with("", 0, 2),
            path("/", false));
  }

  @Test
  void of_equal_matches_that_of_the_oldest_route_is_tried_first() {
    var catalog =
        catalog(
            route("a", "2026-01-02T00:00:00Z", CART, rule(CANARY, path("/", false))),
            route("b", "2026-01-01T00:00:00Z", CART, rule(CART, path("/", false))),
            route("c", "2026-01-02T00:00:00Z", CART, rule(CART, path("/", false))));

    assertThat(choices(catalog))
        .map(choice -> choice.rule().backends().getFirst().service())
        .containsExactly(CART.id(), CANARY.id(), CART.id());
  }

  @Test
  void a_port_that_speaks_no_http_has_no_routes_and_the_object_says_so() {
    var object = route("r", "", DB, rule(CART, path("/", false)));
    var catalog = catalog(object);

    assertThat(at(DB.build(), catalog)).isEmpty();
    assertThat(Routes.unattached(object, catalog))
        .containsExactly(
            "spec.parentRefs: kubernetes/cluster-1/shop/db speaks no HTTP there; set appProtocol of"
                + " its port");
  }

  @Test
  void a_backend_that_is_not_there_is_named() {
    var object = route("r", "", CART, rule(aService("gone"), path("/", false)));
    var catalog = catalog(object);

    assertThat(choices(catalog).getFirst().shares().getFirst().port()).isEmpty();
    assertThat(Routes.unresolved(object, catalog))
        .containsExactly(
            "spec.rules[0].backendRefs[0]: there is no service kubernetes/cluster-1/shop/gone with"
                + " port 8080; its share of requests is answered with 500");
  }

  @Test
  void a_rejected_object_leaves_what_was_in_force() {
    var good = route("r", "", CART, rule(CANARY, path("/", false)));
    var bad = RouteObject.rejected(good.key(), List.of("spec.rules[0].filters[0]: no"));
    var catalog = catalog(good).with(List.of(new Fact.Registered(bad)));

    assertThat(choices(catalog)).isEqualTo(choices(catalog(good)));
    assertThat(choices(catalog(bad))).isEmpty();
  }
}
