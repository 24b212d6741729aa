package io.tombolo.mesh.policy.equivalence;

import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.mesh.policy.Intention.Action.ALLOW;
import static io.tombolo.mesh.policy.Intention.Action.DENY;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Condition.Header;
import io.tombolo.mesh.policy.Condition.Method;
import io.tombolo.mesh.policy.Condition.Path;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Principal;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.Rule;
import io.tombolo.mesh.policy.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("intentions")
class EquivalenceTest {
  private static final Port HTTP = new Port("http", 8080, Protocol.HTTP);
  private static final Mode CONSUL = new Mode(false, DENY);
  private static final SpiffeId WEB = new SpiffeId(TRUST_DOMAIN, "/ns/shop/sa/web");
  private static final Principal EVERYONE = new Principal.Under("spiffe://shop.example/ns/");

  static Rule rule(Action action, Condition condition, Principal... callers) {
    var intention =
        new Intention(
            new Party.Everyone(),
            new Party.Named("api"),
            action,
            new Provenance(DATACENTER, "service-intentions", "", "api", 0));
    return new Rule(intention, 0, Set.of(callers), condition, action);
  }

  private static Rule everyone(Action action, Condition condition) {
    return rule(action, condition, EVERYONE);
  }

  private static InboundPolicy policy(Rule... rules) {
    return new InboundPolicy(Set.of(), List.of(rules), CONSUL);
  }

  private static Condition path(Text test) {
    return new Path(test);
  }

  private static Comparison compared(InboundPolicy one, InboundPolicy other) {
    return new Equivalence().compare(one, other, HTTP);
  }

  private static Request difference(InboundPolicy one, InboundPolicy other) {
    assertThat(compared(one, other)).isInstanceOf(Comparison.Different.class);
    var different = (Comparison.Different) compared(one, other);
    assertThat(one.decide(different.request())).isEqualTo(different.one());
    assertThat(other.decide(different.request())).isEqualTo(different.other());
    assertThat(different.one().allowed()).isNotEqualTo(different.other().allowed());
    return different.request();
  }

  private static Request.Http http(Request request) {
    assertThat(request.http()).isNotNull();
    return java.util.Objects.requireNonNull(request.http());
  }

  private static void assertEqual(InboundPolicy one, InboundPolicy other) {
    assertThat(compared(one, other)).isEqualTo(new Comparison.Equal());
  }

  @Test
  void the_path_on_which_two_prefixes_differ_is_found() {
    var one = policy(everyone(ALLOW, path(Text.prefix("/shop/"))));
    var other = policy(everyone(ALLOW, path(Text.prefix("/shop"))));

    assertThat(http(difference(one, other)).path()).startsWith("/shop").doesNotStartWith("/shop/");
  }

  @Test
  void a_path_is_put_together_from_several_tests() {
    var both =
        Condition.allOf(
            path(Text.prefix("/api/")), path(Text.contains("admin")), path(Text.suffix(".json")));
    var one = policy(everyone(ALLOW, path(Text.prefix("/api/"))));
    var other = policy(everyone(DENY, both), everyone(ALLOW, path(Text.prefix("/api/"))));

    assertThat(http(difference(one, other)).path()).isEqualTo("/api/admin.json");
  }

  @Test
  void tests_that_no_path_passes_together_do_not_matter() {
    var impossible =
        Condition.allOf(path(Text.prefix("/a")), Condition.not(path(Text.contains("a"))));
    var none = policy(everyone(DENY, impossible), everyone(ALLOW, Condition.always()));

    assertEqual(none, policy(everyone(ALLOW, Condition.always())));
    assertEqual(
        policy(everyone(ALLOW, path(Text.exact("shop")))), policy()); // every path starts with /
    assertEqual(policy(everyone(ALLOW, path(Text.contains("/a?b")))), policy()); // no query in it
    assertEqual(
        policy(everyone(ALLOW, path(Text.prefix("/")))),
        policy(everyone(ALLOW, Condition.always())));
  }

  @Test
  void the_case_of_letters_matters_where_it_is_not_ignored() {
    var one =
        policy(everyone(DENY, path(Text.prefix("/admin"))), everyone(ALLOW, Condition.always()));
    var ignoring = new Text(Text.Kind.PREFIX, "/admin", true);
    var other = policy(everyone(DENY, path(ignoring)), everyone(ALLOW, Condition.always()));

    assertThat(http(difference(one, other)).path())
        .isEqualToIgnoringCase("/admin")
        .isNotEqualTo("/admin");
  }

  @Test
  void a_header_that_is_missing_is_told_from_one_with_another_value() {
    var other = new Header("x-env", Text.exact("test"), true);
    var not = Condition.not(new Header("x-env", Text.exact("test")));

    var request = difference(policy(everyone(ALLOW, other)), policy(everyone(ALLOW, not)));

    assertThat(http(request).headers()).isEmpty();
    assertEqual(
        policy(everyone(ALLOW, other)),
        policy(everyone(ALLOW, Condition.allOf(new Header("x-env", Text.PRESENT), not))));
  }

  @Test
  void a_header_that_comes_twice_is_found_where_only_one_policy_allows_that() {
    var admin = everyone(ALLOW, new Header("role", Text.exact("admin")));
    var strict = new InboundPolicy(Set.of(), List.of(admin), Mode.STRICT);

    var values = http(difference(policy(admin), strict)).headers().getOrDefault("role", List.of());

    assertThat(values).hasSizeGreaterThan(1).contains("admin");
    assertEqual(strict, new InboundPolicy(Set.of(), List.of(admin, admin), Mode.STRICT));
  }

  @Test
  void a_header_that_comes_twice_passes_tests_that_no_value_passes_together() {
    var both =
        Condition.allOf(
            new Header("role", Text.exact("reader")), new Header("role", Text.exact("writer")));

    assertThat(http(difference(policy(everyone(ALLOW, both)), policy())).headers())
        .containsEntry("role", List.of("reader", "writer"));
    assertEqual(
        new InboundPolicy(Set.of(), List.of(everyone(ALLOW, both)), Mode.STRICT),
        InboundPolicy.NOBODY);
  }

  @Test
  void a_header_that_one_strict_policy_does_not_look_at_may_come_twice_there() {
    var env = new Header("x-env", Text.exact("test"));
    var get = everyone(ALLOW, new Method("GET"));
    var one = new InboundPolicy(Set.of(), List.of(get), Mode.STRICT);
    var other = new InboundPolicy(Set.of(), List.of(get, everyone(DENY, env)), Mode.STRICT);

    assertThat(http(difference(one, other)).headers().getOrDefault("x-env", List.of())).hasSize(2);
  }

  @Test
  void a_value_with_a_blank_at_an_end_is_refused_by_strict_policies() {
    var blank = everyone(ALLOW, new Header("role", Text.suffix("admin ")));

    assertEqual(new InboundPolicy(Set.of(), List.of(blank), Mode.STRICT), InboundPolicy.NOBODY);
    difference(policy(blank), InboundPolicy.NOBODY);
  }

  @Test
  void a_claim_with_several_texts_passes_tests_that_no_text_passes_together() {
    var reader = new Condition.Claim("idp", List.of("roles"), Text.exact("reader"));
    var writer = new Condition.Claim("idp", List.of("roles"), Text.exact("writer"));
    var one = policy(everyone(ALLOW, Condition.allOf(reader, writer)));

    var request = difference(one, policy());

    assertThat(
            http(request)
                .claims()
                .getOrDefault("idp", Map.of())
                .getOrDefault(List.of("roles"), List.of()))
        .containsExactlyInAnyOrder("reader", "writer");
  }

  @Test
  void a_method_that_no_rule_names_is_found() {
    var one =
        policy(
            everyone(DENY, Condition.anyOf(new Method("GET"), new Method("POST"))),
            everyone(ALLOW, Condition.always()));

    assertThat(http(difference(one, policy())).method()).isNotIn("GET", "POST");
  }

  @Test
  void callers_are_told_apart_by_principals_and_bans() {
    var web = new Principal.Exactly(WEB);
    var all = policy(everyone(ALLOW, Condition.always()));

    assertThat(difference(all, policy(rule(ALLOW, Condition.always(), web))).caller())
        .isNotEqualTo(WEB);
    assertThat(
            difference(all, policy(rule(DENY, Condition.always(), web), all.rules().getFirst()))
                .caller())
        .isEqualTo(WEB);
    assertThat(difference(all, new InboundPolicy(Set.of(WEB), all.rules(), CONSUL)).caller())
        .isEqualTo(WEB);
    var elsewhere =
        difference(all, new InboundPolicy(Set.of(), all.rules(), new Mode(false, ALLOW))).caller();
    assertThat(EVERYONE.matches(elsewhere)).isFalse();
  }

  @Test
  void a_condition_on_the_caller_is_the_same_as_a_principal() {
    var shop = new Principal.Under("spiffe://shop.example/ns/shop/");
    var pay = new Principal.Under("spiffe://shop.example/ns/pay/");

    assertEqual(
        policy(
            everyone(
                ALLOW, Condition.anyOf(new Condition.Caller(shop), new Condition.Caller(pay)))),
        policy(rule(ALLOW, Condition.always(), shop, pay)));
  }

  @Test
  void on_a_port_without_http_connections_are_compared() {
    var tcp = new Port("db", 5432, Protocol.TCP);
    var one = policy(everyone(ALLOW, new Condition.Port(5432)));
    var other = policy(everyone(ALLOW, new Condition.Port(8080)));

    var different = new Equivalence().compare(one, other, tcp);

    assertThat(different).isInstanceOf(Comparison.Different.class);
    assertThat(((Comparison.Different) different).request().http()).isNull();
    assertThat(new Equivalence().compare(one, one, tcp)).isEqualTo(new Comparison.Equal());
  }

  @Test
  void the_order_of_rules_that_cannot_both_match_is_all_the_same() {
    var read = everyone(ALLOW, Condition.allOf(new Method("GET"), path(Text.prefix("/a"))));
    var admin = everyone(DENY, Condition.allOf(new Method("POST"), path(Text.prefix("/a"))));
    var rest = everyone(ALLOW, path(Text.suffix("/a")));

    assertEqual(policy(read, admin, rest), policy(admin, read, rest));
    assertThat(http(difference(policy(read, admin, rest), policy(read, rest, admin))))
        .isEqualTo(new Request.Http("POST", "/a", Map.of()));
  }

  @Test
  void hundreds_of_permissions_in_another_order_are_compared() {
    var rules = new ArrayList<Rule>();
    IntStream.range(0, 202)
        .forEach(i ->
            rules.add(
                everyone(
                    i % 3 == 0 ? DENY : ALLOW,
                    Condition.allOf(
                        path(i % 2 == 0 ? Text.prefix("/s" + i + "/") : Text.exact("/s" + i)),
                        Condition.anyOf(new Method("GET"), new Method("POST")),
                        new Header("x-" + i % 7, Text.PRESENT)))));
    var one = new InboundPolicy(Set.of(), rules, CONSUL);
    var other = new InboundPolicy(Set.of(), rules.reversed(), CONSUL);
    var less = new InboundPolicy(Set.of(), rules.subList(0, 201), CONSUL);

    assertEqual(one, other);
    assertEqual(one, less); // the last denies what is denied anyway
    assertThat(
            http(difference(other, new InboundPolicy(Set.of(), rules.subList(0, 200), CONSUL)))
                .path())
        .isEqualTo("/s200/");
  }

  @Test
  void what_is_too_large_is_said_to_be() {
    var pieces = IntStream.range(0, 24).mapToObj(i -> "p" + (char) ('a' + i) + "q").toList();
    var all = Condition.allOf(pieces.stream().map(p -> path(Text.contains(p))).toList());
    var some =
        Condition.allOf(pieces.subList(1, 24).stream().map(p -> path(Text.contains(p))).toList());
    var undecided =
        new Equivalence(100_000)
            .compare(policy(everyone(ALLOW, all)), policy(everyone(ALLOW, some)), HTTP);

    assertThat(undecided).isInstanceOf(Comparison.Undecided.class);
    assertThat(((Comparison.Undecided) undecided).why()).contains("too large", "split");
  }
}
