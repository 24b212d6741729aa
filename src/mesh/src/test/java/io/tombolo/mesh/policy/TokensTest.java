package io.tombolo.mesh.policy;

import static io.tombolo.mesh.catalog.Examples.CLUSTER;
import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.mesh.catalog.Examples.aConsulService;
import static io.tombolo.mesh.policy.Intention.Action.ALLOW;
import static io.tombolo.mesh.policy.Intention.Action.DENY;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Examples;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.flow.Verdict;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.scope.Visibility;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("intentions")
class TokensTest {
  private static final SourceId OTHER = SourceId.consul("dc2");
  private static final Port HTTP = new Port("", 8080, Protocol.HTTP);
  private static final Examples.AService API = aConsulService("api").on(HTTP);
  private static final SpiffeId WEB =
      SpiffeId.consulService(TRUST_DOMAIN, "default", DATACENTER.name(), "web");
  private static final JwtProvider OKTA = provider(DATACENTER, "okta", "https://okta.example");
  private static final JwtProvider CORP = provider(DATACENTER, "corp", "https://corp.example");
  private static final Mode COMPAT = new Mode(false, DENY);
  private static final Mode COMPAT_OPEN = new Mode(false, ALLOW);

  private static JwtProvider provider(SourceId source, String name, String issuer) {
    return new JwtProvider(
        source + "/" + name,
        issuer,
        List.of(),
        Duration.ofSeconds(30),
        JwtProvider.Carriage.USUAL,
        new JwtProvider.Keys.Known("{\"keys\": []}"));
  }

  private static Item accepted(SourceId source, String name, JwtProvider provider) {
    return JwtProviderObject.accepted(JwtProviderObject.key(source, name), provider);
  }

  private static Item okta() {
    return accepted(DATACENTER, "okta", OKTA);
  }

  private static Item corp() {
    return accepted(DATACENTER, "corp", CORP);
  }

  /// @param role of the only claim asked for; empty if none is
  private static Condition token(String provider, String role) {
    return new Condition.Token(
        provider,
        role.isEmpty()
            ? List.of()
            : List.of(new Condition.Claim(provider, List.of("who", "role"), Text.exact(role))));
  }

  private static Intention intention(List<Permission> permissions, Intention.Otherwise otherwise) {
    return new Intention(
        new Party.Named("web"),
        new Party.Named("api"),
        permissions,
        otherwise,
        new Provenance(DATACENTER, "service-intentions", "", "api", 0));
  }

  private static Intention allowing() {
    return intention(List.of(), Intention.Otherwise.ALLOW);
  }

  private static Permission permission(Intention.Action action, String path, Condition condition) {
    return new Permission(
        action, Condition.allOf(new Condition.Path(Text.prefix(path)), condition));
  }

  private static Catalog catalog(Intention intention, Item... more) {
    var facts = new ArrayList<Fact>();
    facts.add(new Fact.Registered(API.build()));
    facts.add(
        new Fact.Registered(
            PolicyObject.accepted(
                PolicyObject.key(DATACENTER, "service-intentions", "", "api"),
                List.of(intention))));
    List.of(more).forEach(item -> facts.add(new Fact.Registered(item)));
    return Catalog.of(List.of(CLUSTER, DATACENTER, OTHER)).with(facts);
  }

  private static Mesh mesh(Catalog catalog, Mode mode) {
    return Mesh.of(
        catalog,
        new Mesh.Settings(
            TRUST_DOMAIN,
            new SameName(SameName.Choice.APART, Map.of()),
            Map.of(),
            Visibility.EVERYTHING,
            mode));
  }

  private static InboundPolicy policy(Mesh mesh) {
    return Objects.requireNonNull(mesh.policies().get(API.id()));
  }

  private static InboundPolicy at(Mode mode, Intention intention, Item... more) {
    return policy(mesh(catalog(intention, more), mode)).at(HTTP);
  }

  private static boolean allows(InboundPolicy policy, String path, JwtProvider... shown) {
    return allows(policy, path, List.of("staff", "admin"), shown);
  }

  private static boolean allows(
      InboundPolicy policy, String path, List<String> roles, JwtProvider... shown) {
    var claims = new HashMap<String, Map<List<String>, List<String>>>();
    for (var provider : shown) {
      claims.put(
          provider.id(),
          Map.of(List.of("iss"), List.of(provider.issuer()), List.of("who", "role"), roles));
    }
    var http = new Request.Http("GET", path, Map.of(), claims);
    return policy.decide(new Request(WEB, 8080, http)).allowed();
  }

  @Test
  void a_permission_may_ask_for_a_token_of_one_of_several_providers_with_claims() {
    var either = Condition.anyOf(token("okta", "admin"), token("corp", ""));
    var policy =
        at(
            Mode.STRICT,
            intention(List.of(permission(ALLOW, "/", either)), Intention.Otherwise.DEFAULT),
            okta(),
            corp());

    assertThat(allows(policy, "/")).isFalse();
    assertThat(allows(policy, "/", OKTA)).isTrue();
    assertThat(allows(policy, "/", List.of("staff"), OKTA)).isFalse();
    assertThat(allows(policy, "/", List.of("staff"), CORP)).isTrue();
    assertThat(allows(policy, "/", List.of("staff"), OKTA, CORP)).isTrue();
    assertThat(policy.providers()).containsExactly(CORP, OKTA);
  }

  @Test
  void what_an_entry_requires_denies_whoever_lacks_it_and_says_so() {
    var policy = at(Mode.STRICT, allowing().given(token("okta", "admin")), okta());

    assertThat(allows(policy, "/", OKTA)).isTrue();
    assertThat(allows(policy, "/", List.of("staff"), OKTA)).isFalse();
    var decision = policy.decide(new Request(WEB, 8080, new Request.Http("GET", "/", Map.of())));
    assertThat(decision)
        .isInstanceOfSatisfying(
            Decision.Ruled.class,
            ruled ->
                assertThat(ruled.by().why())
                    .endsWith("the request lacks a token of okta with who/role exact \"admin\""));
  }

  /// Consul drops an intention that does what is done by default, and its token with it.
  @Test
  void as_consul_a_request_without_the_token_is_left_to_what_comes_next() {
    var required = allowing().given(token("okta", ""));

    assertThat(allows(at(COMPAT_OPEN, required, okta()), "/")).isTrue();
    assertThat(allows(at(COMPAT, required, okta()), "/")).isFalse();
    assertThat(allows(at(COMPAT, required, okta()), "/", OKTA)).isTrue();
  }

  /// Else a caller leaves its token out, and nobody is denied while the keys cannot be fetched.
  @Test
  void who_is_denied_by_a_token_does_not_escape_by_showing_none() {
    var written =
        intention(
            List.of(
                permission(DENY, "/admin", token("okta", "guest")),
                permission(ALLOW, "/", Condition.always())),
            Intention.Otherwise.DEFAULT);
    var strict = at(Mode.STRICT, written, okta());

    assertThat(allows(strict, "/admin")).isFalse();
    assertThat(allows(strict, "/admin", List.of("guest"), OKTA)).isFalse();
    assertThat(allows(strict, "/admin", OKTA)).isTrue();
    assertThat(allows(strict, "/shop")).isTrue();
    assertThat(allows(at(COMPAT, written, okta()), "/admin")).isTrue();
  }

  static List<Mode> modes() {
    return List.of(Mode.STRICT, COMPAT, COMPAT_OPEN);
  }

  @ParameterizedTest
  @MethodSource("modes")
  void a_provider_that_is_not_known_lets_nobody_in(Mode mode) {
    var permitted =
        intention(List.of(permission(ALLOW, "/", token("okta", ""))), Intention.Otherwise.DENY);
    var denied =
        intention(
            List.of(
                permission(DENY, "/admin", token("okta", "guest")),
                permission(ALLOW, "/", Condition.always())),
            Intention.Otherwise.DENY);
    var rejected =
        JwtProviderObject.rejected(JwtProviderObject.key(DATACENTER, "okta"), List.of("bad"));

    for (var unknown : List.<Item[]>of(new Item[] {}, new Item[] {rejected})) {
      assertThat(allows(at(mode, permitted, unknown), "/", OKTA)).isFalse();
      assertThat(allows(at(mode, denied, unknown), "/admin", OKTA)).isFalse();
      assertThat(allows(at(mode, denied, unknown), "/shop")).isTrue();
      assertThat(allows(at(mode, allowing().given(token("okta", "")), unknown), "/", OKTA))
          .isFalse();
    }
  }

  @Test
  void providers_of_two_datacenters_are_not_one_even_with_equal_names_and_issuers() {
    var elsewhere = provider(OTHER, "okta", OKTA.issuer());
    var policy =
        at(
            Mode.STRICT,
            allowing().given(token("okta", "")),
            okta(),
            accepted(OTHER, "okta", elsewhere));

    assertThat(allows(policy, "/", elsewhere)).isFalse();
    assertThat(allows(policy, "/", OKTA)).isTrue();
    assertThat(policy.providers()).containsExactly(OKTA);
  }

  @Test
  void where_requests_are_not_understood_nobody_has_a_token() {
    var policy =
        policy(mesh(catalog(allowing().given(token("okta", "")), okta()), Mode.STRICT))
            .at(new Port("", 8080, Protocol.TCP));

    assertThat(policy.decide(Request.connection(WEB, 8080)).allowed()).isFalse();
    assertThat(policy.providers()).isEmpty();
  }

  @Test
  void what_asks_for_a_provider_that_is_not_in_force_is_told() {
    var before = catalog(allowing().given(token("okta", "")));
    var key = PolicyObject.key(DATACENTER, "service-intentions", "", "api");
    var policy = Objects.requireNonNull(before.others().get(key));

    assertThat(Verdict.of(policy, before).orElseThrow().unresolved())
        .singleElement()
        .asString()
        .startsWith("service-intentions api: asks for tokens of okta, which is not in force");
    assertThat(
            Verdict.of(policy, before.with(List.of(new Fact.Registered(okta()))))
                .orElseThrow()
                .unresolved())
        .isEmpty();
  }

  @Test
  void a_provider_that_comes_changes_or_goes_is_followed_by_what_asks_for_it() {
    var mesh = mesh(catalog(allowing().given(token("okta", ""))), Mode.STRICT);
    assertThat(allows(policy(mesh).at(HTTP), "/", OKTA)).isFalse();

    var come = mesh.then(mesh.catalog().with(List.of(new Fact.Registered(okta()))));
    assertThat(allows(policy(come).at(HTTP), "/", OKTA)).isTrue();

    var rekeyed =
        new JwtProvider(
            OKTA.id(),
            OKTA.issuer(),
            List.of(),
            OKTA.clockSkew(),
            OKTA.carriage(),
            new JwtProvider.Keys.Known("{\"keys\": [1]}"));
    var changed =
        come.then(
            come.catalog()
                .with(List.of(new Fact.Registered(accepted(DATACENTER, "okta", rekeyed)))));
    assertThat(policy(changed).providers()).containsExactly(rekeyed);

    var gone = JwtProviderObject.key(DATACENTER, "okta");
    var without = changed.then(changed.catalog().with(List.of(new Fact.Gone(gone))));
    assertThat(allows(policy(without).at(HTTP), "/", OKTA)).isFalse();
    assertThat(without).isEqualTo(Mesh.of(without.catalog(), without.settings()));
  }

  @Test
  void a_rejected_provider_leaves_the_last_good_one_in_force() {
    var key = JwtProviderObject.key(DATACENTER, "okta");
    var rejected = JwtProviderObject.rejected(key, List.of("jwt-provider okta: Issuer is gone"));
    var catalog =
        catalog(allowing().given(token("okta", "")), okta())
            .with(List.of(new Fact.Registered(rejected)));

    assertThat(allows(policy(mesh(catalog, Mode.STRICT)).at(HTTP), "/", OKTA)).isTrue();
    assertThat(Verdict.of(Objects.requireNonNull(catalog.others().get(key)), catalog))
        .contains(new Verdict(List.of("jwt-provider okta: Issuer is gone"), List.of()));
  }
}
