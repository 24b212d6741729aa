package io.tombolo.xds.translate;

import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.mesh.catalog.Examples.aService;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.route.Choice;
import io.tombolo.mesh.route.RouteRule;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("push")
class OutboundRoutesTest {
  private static final String SNI = "8080.cart.shop.cluster-1.mesh.shop.example";
  private static final String CANARY_SNI = "8080.canary.shop.cluster-1.mesh.shop.example";

  private static Choice.Share share(String service, int weight, boolean known) {
    return new Choice.Share(
        new RouteRule.Backend(aService(service).id(), 8080, weight),
        known ? Optional.of(new Port("http", 8080, Protocol.HTTP)) : Optional.empty());
  }

  private static RouteRule rule(RouteRule.HeaderEdits edits) {
    return new RouteRule(
        List.of(RouteRule.Match.EVERYTHING), edits, RouteRule.HeaderEdits.NONE, 1500, List.of());
  }

  private static List<Route> routes(Choice... choices) {
    var routed = new OutboundRoutes.Routed(SNI, Optional.of(List.of(choices)), TRUST_DOMAIN);
    return OutboundRoutes.of(routed).getVirtualHosts(0).getRoutesList();
  }

  private static Route route(RouteRule.Match match, Choice.Share... shares) {
    var choice = new Choice(match, rule(RouteRule.HeaderEdits.NONE), List.of(shares));
    return routes(choice).getFirst();
  }

  @Test
  void without_a_route_every_request_goes_to_the_destination_itself() {
    var routed = new OutboundRoutes.Routed(SNI, Optional.empty(), TRUST_DOMAIN);

    var all = OutboundRoutes.of(routed).getVirtualHosts(0);

    assertThat(all.getRoutesList()).hasSize(1);
    assertThat(all.getRoutes(0).getMatch().getPrefix()).isEqualTo("/");
    assertThat(all.getRoutes(0).getRoute().getCluster()).isEqualTo(SNI);
  }

  @Test
  void what_no_choice_matches_has_no_route() {
    assertThat(routes()).isEmpty();
  }

  @Test
  void shares_go_by_weight_and_those_of_nobody_to_no_cluster() {
    var action =
        route(
                RouteRule.Match.EVERYTHING,
                share("cart", 9, true),
                share("canary", 1, true),
                share("old", 0, true),
                share("gone", 2, false))
            .getRoute();

    assertThat(action.getWeightedClusters().getClustersList())
        .extracting(cluster -> cluster.getName() + " " + cluster.getWeight().getValue())
        .containsExactly(
            SNI + " 9", CANARY_SNI + " 1", "missing:kubernetes/cluster-1/shop/gone:8080 2");
    assertThat(action.getClusterNotFoundResponseCodeValue()).isEqualTo(2);
    assertThat(Durations.toMillis(action.getTimeout())).isEqualTo(1500);
  }

  @Test
  void without_a_backend_a_request_is_answered_with_500() {
    assertThat(route(RouteRule.Match.EVERYTHING).getDirectResponse().getStatus()).isEqualTo(500);
    assertThat(
            route(RouteRule.Match.EVERYTHING, share("cart", 0, true))
                .getDirectResponse()
                .getStatus())
        .isEqualTo(500);
  }

  @Test
  void a_prefix_ends_at_a_slash_and_a_name_is_compared_as_it_is() {
    var match =
        new RouteRule.Match(
            "/a.*",
            false,
            "GET",
            List.of(new RouteRule.Field("x-user", ".*")),
            List.of(new RouteRule.Field("q", "[a]")));
    var matcher = route(match, share("cart", 1, true)).getMatch();

    assertThat(matcher.getPathSeparatedPrefix()).isEqualTo("/a.*");
    assertThat(matcher.getHeadersList())
        .extracting(header -> header.getName() + "=" + header.getStringMatch().getExact())
        .containsExactly(":method=GET", "x-user=.*");
    assertThat(matcher.getQueryParameters(0).getStringMatch().getExact()).isEqualTo("[a]");
    var exactly = new RouteRule.Match("/a", true, "", List.of(), List.of());
    assertThat(route(exactly, share("cart", 1, true)).getMatch().getPath()).isEqualTo("/a");
  }

  @Test
  void a_header_value_is_no_template() {
    var edits =
        new RouteRule.HeaderEdits(
            List.of(new RouteRule.Field("x-a", "%REQ(authorization)%")),
            List.of(new RouteRule.Field("x-b", "100%")),
            List.of("x-c"));
    var choice =
        new Choice(RouteRule.Match.EVERYTHING, rule(edits), List.of(share("cart", 1, true)));

    var route = routes(choice).getFirst();

    assertThat(route.getRequestHeadersToAddList())
        .extracting(option -> option.getHeader().getValue())
        .containsExactly("%%REQ(authorization)%%", "100%%");
    assertThat(route.getRequestHeadersToAdd(0).getAppendAction())
        .isEqualTo(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD);
    assertThat(route.getRequestHeadersToRemoveList()).containsExactly("x-c");
  }
}
