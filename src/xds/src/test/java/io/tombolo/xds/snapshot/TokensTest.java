package io.tombolo.xds.snapshot;

import static io.tombolo.xds.TwoWorlds.BILLING;
import static io.tombolo.xds.TwoWorlds.CART;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.xds.StaticBootstrap;
import io.tombolo.xds.TwoWorlds;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What proxies are told of tokens, and which.
@Tag("intentions")
class TokensTest {
  private static final Proxy ASKING = TwoWorlds.sidecar(BILLING, "10.2.0.7");
  private static final Proxy OTHER = TwoWorlds.sidecar(CART, "10.1.0.7");
  private static final Fact KEYS =
      new Fact.Registered(TwoWorlds.jwtProvider("corp", TwoWorlds.fetchedKeys("keys.example")));
  private static final Fact ASKS =
      new Fact.Registered(TwoWorlds.askingForTokens("billing", "corp"));

  private static Mesh mesh(Fact... facts) {
    return TwoWorlds.mesh(List.of(facts));
  }

  private static View view(Mesh mesh, Proxy proxy) {
    return new Snapshots().next(mesh).viewFor(proxy);
  }

  private static Resource listener(View view) {
    return view.of(ResourceType.LISTENER)
        .all()
        .filter(listener -> listener.name().startsWith("inbound:"))
        .findFirst()
        .orElseThrow();
  }

  private static List<HttpFilter> filters(View view) {
    return StaticBootstrap.unpack(listener(view), Listener.class).getFilterChainsList().stream()
        .flatMap(chain -> chain.getFiltersList().stream())
        .filter(filter -> filter.getTypedConfig().is(HttpConnectionManager.class))
        .flatMap(filter ->
            StaticBootstrap.unpack(filter.getTypedConfig(), HttpConnectionManager.class)
                .getHttpFiltersList()
                .stream())
        .toList();
  }

  @Test
  void tokens_are_verified_before_the_rules_are_asked_and_only_where_rules_ask_for_them() {
    var mesh = mesh(KEYS, ASKS);

    assertThat(filters(view(mesh, ASKING)))
        .extracting(HttpFilter::getName)
        .containsSubsequence("envoy.filters.http.jwt_authn", "envoy.filters.http.rbac");
    assertThat(filters(view(mesh, OTHER)))
        .extracting(HttpFilter::getName)
        .doesNotContain("envoy.filters.http.jwt_authn");
  }

  @Test
  void the_server_of_keys_is_told_to_whoever_verifies_with_them_and_to_nobody_else() {
    var mesh = mesh(KEYS, ASKS);

    assertThat(view(mesh, ASKING).of(ResourceType.CLUSTER).get("jwks:consul/dc1/corp")).isPresent();
    assertThat(view(mesh, OTHER).of(ResourceType.CLUSTER).get("jwks:consul/dc1/corp")).isEmpty();
    assertThat(view(mesh(KEYS), ASKING).of(ResourceType.CLUSTER).get("jwks:consul/dc1/corp"))
        .isEmpty();
  }

  /// An edit of the listener drains its connections.
  @Test
  void a_rule_that_changes_while_its_providers_stay_leaves_the_listener_as_it_is() {
    var asking = view(mesh(KEYS, ASKS), ASKING);
    var also =
        TwoWorlds.consulIntentions("billing", "cart", Intention.Action.DENY)
            .intentions()
            .getFirst();
    var more = TwoWorlds.askingForTokens("billing", "corp");
    var edited =
        view(
            mesh(
                KEYS,
                new Fact.Registered(
                    PolicyObject.accepted(
                        more.key(), List.of(also, more.intentions().getFirst())))),
            ASKING);

    assertThat(listener(edited).encoded()).isEqualTo(listener(asking).encoded());
    assertThat(edited.of(ResourceType.ROUTES).all().map(Resource::encoded).toList())
        .isNotEqualTo(asking.of(ResourceType.ROUTES).all().map(Resource::encoded).toList());
  }

  @Test
  void a_provider_that_is_not_known_leaves_the_rules_alone_without_a_filter() {
    var view = view(mesh(ASKS), ASKING);

    assertThat(filters(view))
        .extracting(HttpFilter::getName)
        .contains("envoy.filters.http.rbac")
        .doesNotContain("envoy.filters.http.jwt_authn");
  }

  @Test
  void nothing_is_required_of_tokens_by_the_filter_itself() throws Exception {
    var config =
        filters(view(mesh(KEYS, ASKS), ASKING)).stream()
            .filter(filter -> filter.getName().equals("envoy.filters.http.jwt_authn"))
            .findFirst()
            .orElseThrow()
            .getTypedConfig();
    var jwt = config.unpack(JwtAuthentication.class);

    assertThat(jwt.getProvidersMap()).containsOnlyKeys("consul/dc1/corp");
    assertThat(jwt.getRulesList())
        .singleElement()
        .satisfies(rule -> {
          assertThat(rule.getMatch().getPrefix()).isEqualTo("/");
          assertThat(
                  rule.getRequires().getRequiresAny().getRequirements(1).hasAllowMissingOrFailed())
              .isTrue();
        });
  }
}
