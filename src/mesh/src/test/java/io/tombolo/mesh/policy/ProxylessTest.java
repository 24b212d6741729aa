package io.tombolo.mesh.policy;

import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Intention.Action;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("intentions")
class ProxylessTest {
  private static final SpiffeId WEB = SpiffeId.consulService(TRUST_DOMAIN, "default", "dc1", "web");
  private static final Intention INTENTION =
      new Intention(
          new Party.Named("web"),
          new Party.Named("api"),
          Action.ALLOW,
          new Provenance(DATACENTER, "service-intentions", "", "api", 0));
  private static final Condition CLAIM =
      new Condition.Claim("okta", List.of("role"), Text.exact("admin"));
  private static final Mode OPEN = new Mode(false, Action.ALLOW);

  private static Rule rule(Action action, Condition condition) {
    return new Rule(INTENTION, 0, Set.of(new Principal.Exactly(WEB)), condition, action);
  }

  private static InboundPolicy policy(Mode mode, Rule... rules) {
    return new InboundPolicy(Set.of(), List.of(rules), mode);
  }

  private static boolean allows(InboundPolicy policy, String... headers) {
    var all = new HashMap<String, List<String>>();
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], List.of(headers[i + 1]));
    }
    var http = new Request.Http("POST", "/shop.Cart/Get", all, Map.of());
    return Proxyless.of(policy).lets(new Request(WEB, 8080, http));
  }

  static List<Condition> notSeen() {
    return List.of(
        CLAIM,
        new Condition.Header("grpc-timeout", Text.PRESENT),
        new Condition.Header("x-trace-bin", Text.PRESENT),
        new Condition.Header("host", Text.exact("api")),
        new Condition.Header("x-forwarded-client-cert", Text.PRESENT),
        new Condition.Header("x-role", Text.exact("é")),
        new Condition.Header("x-role", new Text(Text.Kind.CONTAINS, "min", true)),
        new Condition.Path(Text.exact("/é")));
  }

  @ParameterizedTest
  @MethodSource("notSeen")
  void a_test_that_grpc_does_not_make_lets_nobody_in_and_is_told_of(Condition test) {
    assertThat(allows(policy(OPEN, rule(Action.DENY, test)), "x-role", "dev")).isFalse();
    assertThat(allows(policy(OPEN, rule(Action.DENY, Condition.not(test))), "x-role", "dev"))
        .isFalse();
    assertThat(allows(policy(Mode.STRICT, rule(Action.ALLOW, test)), "x-role", "dev")).isFalse();
    assertThat(allows(policy(Mode.STRICT, rule(Action.ALLOW, Condition.not(test))))).isFalse();

    assertThat(Proxyless.blind(policy(OPEN, rule(Action.DENY, Condition.not(test)))))
        .singleElement()
        .extracting(Proxyless.Blind::test)
        .isEqualTo(test);
  }

  @Test
  void one_way_in_that_is_not_seen_closes_no_other() {
    var either = Condition.anyOf(CLAIM, new Condition.Path(Text.prefix("/shop.Cart/")));

    assertThat(allows(policy(Mode.STRICT, rule(Action.ALLOW, either)))).isTrue();
  }

  @Test
  void a_header_of_a_test_that_is_not_seen_must_still_be_no_list() {
    var policy =
        policy(
            Mode.STRICT,
            rule(
                Action.ALLOW,
                new Condition.Header("x-role", new Text(Text.Kind.CONTAINS, "min", true))),
            rule(Action.ALLOW, Condition.always()));

    assertThat(allows(policy, "x-role", "dev")).isTrue();
    assertThat(allows(policy, "x-role", "dev,admin")).isFalse();
  }

  @Test
  void where_it_matters_that_a_header_which_grpc_hides_is_no_list_nobody_is_let_in() {
    var policy =
        policy(
            Mode.STRICT,
            rule(Action.DENY, new Condition.Header("grpc-timeout", Text.exact("1S"))),
            rule(Action.ALLOW, Condition.always()));

    assertThat(allows(policy)).isFalse();
  }

  @Test
  void whoever_is_let_in_is_let_in_by_the_policy_and_where_all_is_seen_the_reverse_holds() {
    long seed = Long.getLong("tombolo.judging.seed", System.nanoTime());
    System.out.printf("tombolo.judging.seed=%d%n", seed);
    var random = new Random(seed);
    int allowed = 0;
    for (int i = 0; i < 20_000; i++) {
      var rules =
          IntStream.range(0, 1 + random.nextInt(4))
              .mapToObj(_ ->
                  rule(random.nextBoolean() ? Action.ALLOW : Action.DENY, condition(random, 3)))
              .toArray(Rule[]::new);
      var policy = policy(random.nextBoolean() ? Mode.STRICT : OPEN, rules);
      var request = request(random);
      boolean byGrpc = Proxyless.of(policy).lets(request);
      boolean byProxy = policy.lets(request);
      assertThat(byProxy || !byGrpc)
          .as("seed %d: %s by %s", seed, request, policy.rules())
          .isTrue();
      if (policy.mode().strict() && Proxyless.blind(policy).findAny().isEmpty()) {
        assertThat(byGrpc)
            .as("seed %d: %s by %s", seed, request, policy.rules())
            .isEqualTo(byProxy);
      }
      allowed += byGrpc ? 1 : 0;
    }
    assertThat(allowed).isBetween(1_000, 19_000);
  }

  private static Condition condition(Random random, int depth) {
    var tests = new ArrayList<>(notSeen());
    tests.add(new Condition.Path(Text.prefix("/shop.Cart/")));
    tests.add(new Condition.Header("x-role", Text.exact("dev")));
    tests.add(new Condition.Header("x-role", Text.exact("dev"), true));
    tests.add(new Condition.Header("x-team", Text.PRESENT));
    int kind = random.nextInt(depth == 0 ? 1 : 4);
    return switch (kind) {
      case 1 -> Condition.allOf(condition(random, depth - 1), condition(random, depth - 1));
      case 2 -> Condition.anyOf(condition(random, depth - 1), condition(random, depth - 1));
      case 3 -> Condition.not(condition(random, depth - 1));
      default -> tests.get(random.nextInt(tests.size()));
    };
  }

  private static Request request(Random random) {
    var headers = new HashMap<String, List<String>>();
    for (var name : List.of("x-role", "x-team", "host", "grpc-timeout")) {
      switch (random.nextInt(5)) {
        case 0 -> {}
        case 1 -> headers.put(name, List.of("dev", "admin"));
        case 2 -> headers.put(name, List.of("é"));
        default -> headers.put(name, List.of(random.nextBoolean() ? "dev" : "api"));
      }
    }
    var claims =
        random.nextBoolean()
            ? Map.of("okta", Map.of(List.of("role"), List.of("admin")))
            : Map.<String, Map<List<String>, List<String>>>of();
    var path = random.nextBoolean() ? "/shop.Cart/Get" : "/é";
    return new Request(WEB, 8080, new Request.Http("POST", path, headers, claims));
  }
}
