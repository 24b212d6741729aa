package io.tombolo.xds.translate;

import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.Rule;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RbacTest {
  private static final SpiffeId WEB = id("/ns/shop/sa/web");
  private static final SpiffeId CART = id("/ns/shop/sa/cart");
  private static final SpiffeId BILLING = id("/ns/default/dc/dc1/svc/billing");
  private static final List<SpiffeId> CALLERS =
      List.of(WEB, CART, BILLING, id("/ns/shop2/sa/web"), id("/gateway/mesh/pods"), id(""));
  private static final List<io.tombolo.mesh.policy.Principal> PRINCIPALS =
      List.of(
          exactly(WEB),
          exactly(CART),
          exactly(BILLING),
          new io.tombolo.mesh.policy.Principal.Under("spiffe://shop.example/ns/"),
          new io.tombolo.mesh.policy.Principal.Under("spiffe://shop.example/ns/shop/sa/"),
          new io.tombolo.mesh.policy.Principal.Under("spiffe://"));

  private static SpiffeId id(String path) {
    return new SpiffeId(TRUST_DOMAIN, path);
  }

  private static io.tombolo.mesh.policy.Principal exactly(SpiffeId id) {
    return new io.tombolo.mesh.policy.Principal.Exactly(id);
  }

  private static Rule rule(
      Intention.Action action, int entry, Set<io.tombolo.mesh.policy.Principal> principals) {
    var writtenIn = new Provenance(DATACENTER, "service-intentions", "", "api", entry);
    return new Rule(
        new Intention(new Party.Everyone(), new Party.Named("api"), action, writtenIn),
        Rule.LAST_WORD,
        principals,
        Condition.always(),
        action);
  }

  private static InboundPolicy policy(List<Rule> rules) {
    return new InboundPolicy(Set.of(), rules, Mode.STRICT);
  }

  @Test
  void nobody_is_let_in_by_no_rules_and_the_rules_are_there() {
    var rbac = Rbac.of(InboundPolicy.NOBODY);

    assertThat(rbac.getAction()).isEqualTo(RBAC.Action.ALLOW);
    assertThat(rbac.getPoliciesMap()).containsOnlyKeys("default-deny");
    assertThat(CALLERS).noneMatch(caller -> allows(rbac, caller));
  }

  @Test
  void a_rule_about_nobody_gives_nothing() {
    var rbac = Rbac.of(policy(List.of(rule(Intention.Action.ALLOW, 0, Set.of()))));

    assertThat(rbac.getPoliciesMap()).containsOnlyKeys("default-deny");
  }

  @Test
  void a_policy_is_named_by_where_its_rule_was_written() {
    var rbac = Rbac.of(policy(List.of(rule(Intention.Action.ALLOW, 3, Set.of(exactly(WEB))))));

    assertThat(rbac.getPoliciesMap()).containsOnlyKeys("consul/dc1/service-intentions/api#3");
  }

  @Test
  void two_rules_written_in_one_place_both_count() {
    var rbac =
        Rbac.of(
            policy(
                List.of(
                    rule(Intention.Action.ALLOW, 0, Set.of(exactly(WEB))),
                    rule(Intention.Action.ALLOW, 0, Set.of(exactly(CART))))));

    assertThat(CALLERS).filteredOn(caller -> allows(rbac, caller)).containsExactly(WEB, CART);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void envoy_decides_as_we_do(long seed) {
    var random = new Random(seed);
    for (int step = 0; step < 1_000; step++) {
      var policy = policy(random);
      var rbac = Rbac.of(policy);
      assertThat(rbac.getPoliciesCount()).isPositive();
      for (var caller : CALLERS) {
        assertThat(allows(rbac, caller))
            .as("seed %d, step %d: %s at %s", seed, step, caller, policy)
            .isEqualTo(policy.decide(Request.connection(caller, 8080)).allowed());
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void envoy_lets_in_as_we_do_where_rules_are_not_enforced(long seed) {
    var random = new Random(seed);
    var members = new io.tombolo.mesh.policy.Principal.Under("spiffe://shop.example/ns/");
    for (int step = 0; step < 1_000; step++) {
      var banned = Set.of(CALLERS.get(random.nextInt(CALLERS.size())));
      var rules = policy(random).rules();
      var policy =
          new InboundPolicy(
              banned, rules, Mode.STRICT, List.of(), Enforcement.AUDIT, Set.of(members));
      var enforced = new InboundPolicy(banned, rules, Mode.STRICT);
      assertThat(Rbac.asWritten(policy)).isEqualTo(Rbac.of(enforced));
      for (var caller : CALLERS) {
        assertThat(allows(Rbac.of(policy), caller))
            .as("seed %d, step %d: %s at %s", seed, step, caller, policy)
            .isEqualTo(policy.lets(Request.connection(caller, 8080)));
      }
    }
  }

  private static InboundPolicy policy(Random random) {
    return policy(
        IntStream.range(0, random.nextInt(6))
            .mapToObj(entry -> {
              var principals = new HashSet<io.tombolo.mesh.policy.Principal>();
              for (int i = random.nextInt(4); i > 0; i--) {
                principals.add(PRINCIPALS.get(random.nextInt(PRINCIPALS.size())));
              }
              var action = random.nextBoolean() ? Intention.Action.ALLOW : Intention.Action.DENY;
              return rule(action, entry, principals);
            })
            .toList());
  }

  /// As Envoy's documentation says it.
  private static boolean allows(RBAC rbac, SpiffeId caller) {
    return rbac.getPoliciesMap().values().stream()
        .anyMatch(policy ->
            policy.getPermissionsList().stream().anyMatch(permission -> permission.getAny())
                && policy.getPrincipalsList().stream().anyMatch(p -> is(p, caller.toString())));
  }

  private static boolean is(Principal principal, String caller) {
    return switch (principal.getIdentifierCase()) {
      case ANY -> principal.getAny();
      case NOT_ID -> !is(principal.getNotId(), caller);
      case AND_IDS -> principal.getAndIds().getIdsList().stream().allMatch(p -> is(p, caller));
      case OR_IDS -> principal.getOrIds().getIdsList().stream().anyMatch(p -> is(p, caller));
      case AUTHENTICATED -> {
        var name = principal.getAuthenticated().getPrincipalName();
        yield switch (name.getMatchPatternCase()) {
          case EXACT -> caller.equals(name.getExact());
          case PREFIX -> caller.startsWith(name.getPrefix());
          default -> throw new AssertionError("neither exact nor prefix: " + name);
        };
      }
      default -> throw new AssertionError("not ours: " + principal);
    };
  }
}
