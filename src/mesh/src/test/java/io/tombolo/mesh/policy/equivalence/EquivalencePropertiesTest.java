package io.tombolo.mesh.policy.equivalence;

import static io.tombolo.mesh.policy.Intention.Action.ALLOW;
import static io.tombolo.mesh.policy.Intention.Action.DENY;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Principal;
import io.tombolo.mesh.policy.Rule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Random policies, compared by the procedure and by trying everything. `-Dequivalence.seed`
/// replays a run, `-Dequivalence.pairs` makes it longer.
@Tag("intentions")
class EquivalencePropertiesTest {
  private static final Port HTTP = new Port("http", 8080, Protocol.HTTP);
  private static final int PAIRS = Integer.getInteger("equivalence.pairs", 150);

  private final long seed = Long.getLong("equivalence.seed", new Random().nextLong());
  private final Random random = new Random(seed);
  private final SmallPolicies policies = new SmallPolicies(random);

  private String replay(int pair, InboundPolicy one, InboundPolicy other) {
    return "-Dequivalence.seed=%d, pair %d:%n%s%n%s".formatted(seed, pair, one, other);
  }

  private void said(String what) {
    System.out.printf("equivalence: seed %d: %s%n", seed, what);
  }

  @Test
  void it_says_what_trying_everything_says() {
    int equal = 0;
    long tried = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
      var one = policies.policy();
      var other = random.nextInt(4) == 0 ? policies.policy() : mutated(one);
      var everything = new Everything(one, other);
      var replay = replay(pair, one, other);
      switch (new Equivalence().compare(one, other, HTTP)) {
        case Comparison.Equal() -> {
          equal++;
          assertThat(everything.difference()).as(replay).isEmpty();
          tried += everything.tried();
        }
        case Comparison.Different(var request, var first, var second) -> {
          assertThat(one.decide(request)).as(replay).isEqualTo(first);
          assertThat(other.decide(request)).as(replay).isEqualTo(second);
          assertThat(first.allowed()).as(replay).isNotEqualTo(second.allowed());
          assertThat(Legal.request(request)).as(replay + request).isTrue();
        }
        case Comparison.Undecided(var why) -> assertThat(why).as(replay).isEmpty();
      }
    }
    said("%d pairs, %d of them equal, by %d requests".formatted(PAIRS, equal, tried));
    assertThat(equal).isBetween(PAIRS / 20, PAIRS * 19 / 20);
  }

  @Test
  void a_policy_that_is_written_otherwise_is_equal() {
    for (int pair = 0; pair < PAIRS; pair++) {
      var one = policies.policy();
      var other = one;
      for (int i = 0; i < 3; i++) {
        other = rewritten(other);
      }
      assertThat(new Equivalence().compare(one, other, HTTP))
          .as(replay(pair, one, other))
          .isEqualTo(new Comparison.Equal());
    }
    said(PAIRS + " rewritten policies are equal");
  }

  @Test
  void a_rule_that_matters_cannot_be_turned_round() {
    int mattering = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
      var one = policies.policy();
      int at = random.nextInt(one.rules().size());
      var other = with(one, at, turned(one.rules().get(at)));
      boolean different =
          new Equivalence().compare(one, other, HTTP) instanceof Comparison.Different;
      assertThat(different)
          .as(replay(pair, one, other))
          .isEqualTo(new Everything(one, other).difference().isPresent());
      mattering += different ? 1 : 0;
    }
    said("%d of %d turned rules matter".formatted(mattering, PAIRS));
    assertThat(mattering).isGreaterThan(PAIRS / 2);
  }

  private InboundPolicy mutated(InboundPolicy policy) {
    var rules = policy.rules();
    int at = random.nextInt(rules.size());
    var rule = rules.get(at);
    return switch (random.nextInt(6)) {
      case 5 -> inOtherMode(policy);
      case 0 -> with(policy, at, turned(rule));
      case 1 -> with(policy, at);
      case 2 -> swapped(policy, at);
      case 3 -> with(policy, at, conditioned(rule, policies.condition(1)));
      default ->
          with(
              policy,
              at,
              conditioned(rule, Condition.allOf(rule.condition(), policies.condition(0))));
    };
  }

  private static InboundPolicy inOtherMode(InboundPolicy policy) {
    var mode = policy.mode().strict() ? new Mode(false, DENY) : Mode.STRICT;
    return new InboundPolicy(policy.banned(), policy.rules(), mode);
  }

  /// The same in other words.
  private InboundPolicy rewritten(InboundPolicy policy) {
    var rules = policy.rules();
    int at = random.nextInt(rules.size());
    var rule = rules.get(at);
    var any = policy.mode().strict() ? policies.condition(1, false) : policies.condition(1);
    return switch (random.nextInt(5)) {
      case 0 -> split(policy, at);
      case 1 ->
          with(
              policy,
              at,
              conditioned(rule, Condition.allOf(rule.condition(), any)),
              conditioned(rule, Condition.allOf(rule.condition(), Condition.not(any))));
      case 2 ->
          with(policy, at, rule, turned(conditioned(rule, Condition.allOf(any, rule.condition()))));
      case 3 ->
          at + 1 < rules.size() && isAlike(rule, rules.get(at + 1)) ? swapped(policy, at) : policy;
      default -> with(policy, at, conditioned(rule, doubled(rule.condition())));
    };
  }

  /// Either they decide alike or no request matches both.
  private static boolean isAlike(Rule rule, Rule next) {
    return rule.action() == next.action()
        || rule.principals().stream()
            .noneMatch(one -> next.principals().stream().anyMatch(one::overlaps));
  }

  private InboundPolicy split(InboundPolicy policy, int at) {
    var rule = policy.rules().get(at);
    return rule.condition() instanceof Condition.AnyOf(var of)
        ? with(policy, at, of.stream().map(part -> conditioned(rule, part)).toArray(Rule[]::new))
        : policy;
  }

  /// By De Morgan.
  private static Condition doubled(Condition condition) {
    return switch (condition) {
      case Condition.AllOf(var of) ->
          Condition.not(Condition.anyOf(of.stream().map(Condition::not).toList()));
      case Condition.AnyOf(var of) ->
          Condition.not(Condition.allOf(of.stream().map(Condition::not).toList()));
      default -> new Condition.AllOf(List.of(condition, condition));
    };
  }

  private static Rule turned(Rule rule) {
    return EquivalenceTest.rule(
        rule.action() == Action.ALLOW ? DENY : ALLOW,
        rule.condition(),
        rule.principals().toArray(Principal[]::new));
  }

  private static Rule conditioned(Rule rule, Condition condition) {
    return EquivalenceTest.rule(
        rule.action(), condition, rule.principals().toArray(Principal[]::new));
  }

  private static InboundPolicy swapped(InboundPolicy policy, int at) {
    var rules = new ArrayList<>(policy.rules());
    Collections.swap(rules, at, Math.min(at + 1, rules.size() - 1));
    return new InboundPolicy(policy.banned(), rules, policy.mode());
  }

  private static InboundPolicy with(InboundPolicy policy, int at, Rule... instead) {
    var rules = new ArrayList<>(policy.rules());
    rules.remove(at);
    rules.addAll(at, List.of(instead));
    return new InboundPolicy(policy.banned(), rules, policy.mode());
  }
}
