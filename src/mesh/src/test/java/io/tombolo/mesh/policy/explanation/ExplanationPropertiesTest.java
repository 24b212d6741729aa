package io.tombolo.mesh.policy.explanation;

import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.Rule;
import io.tombolo.mesh.policy.equivalence.SmallPolicies;
import io.tombolo.mesh.policy.explanation.Step.Outcome;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Random policies and requests, explained. `-Dexplanation.seed` replays a run.
@Tag("intentions")
class ExplanationPropertiesTest {
  private static final Port HTTP = new Port("http", 8080, Protocol.HTTP);
  private static final int PAIRS = 20_000;

  private final long seed = Long.getLong("explanation.seed", new Random().nextLong());
  private final Random random = new Random(seed);
  private final SmallPolicies policies = new SmallPolicies(random);

  private <T> T oneOf(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  private Request request() {
    var caller = oneOf(SmallPolicies.CALLERS);
    if (random.nextInt(5) == 0) {
      return Request.connection(caller, HTTP.number());
    }
    var headers = new HashMap<String, List<String>>();
    if (random.nextBoolean()) {
      headers.put(
          "h", oneOf(List.of(List.of("a"), List.of("b", "a"), List.of("ab,"), List.of(" A"))));
    }
    Map<String, Map<List<String>, List<String>>> claims =
        random.nextBoolean()
            ? Map.of("idp", Map.of(List.of("sub"), List.of(oneOf(List.of("a", "b", "ab")))))
            : Map.of();
    return new Request(
        caller,
        HTTP.number(),
        new Request.Http(
            oneOf(List.of("GET", "PUT", "POST")),
            oneOf(List.of("/", "/a", "/b", "/ab", "/aB", "/a/b")),
            headers,
            claims));
  }

  private static Intention exact(Request request, Intention.Action action) {
    return new Intention(
        new Party.Identified(request.caller()),
        new Party.Named("api"),
        action,
        new Provenance(DATACENTER, "service-intentions", "", "new", 0));
  }

  /// The policy without a rule: what it would be if nobody had written it.
  private static InboundPolicy without(Rule rule, InboundPolicy policy) {
    var rules = policy.rules().stream().filter(one -> !one.equals(rule)).toList();
    return new InboundPolicy(policy.banned(), rules, policy.mode(), policy.providers());
  }

  @Test
  void the_steps_lead_to_the_decision_and_every_opposite_is_one() {
    var kinds = new HashSet<Class<?>>();
    int flips = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
      var policy = policies.policy();
      var request = request();
      var replay = "-Dexplanation.seed=%d, pair %d: %s%n%s".formatted(seed, pair, request, policy);
      var explanation = Explanation.of(policy, Optional.empty(), HTTP, request);
      var decided = policy.at(HTTP).decide(request);

      assertThat(explanation.decision()).as(replay).isEqualTo(decided);
      assertThat(explanation.steps()).as(replay).hasSameSizeAs(policy.rules());
      var deciding =
          explanation.steps().stream()
              .filter(step -> step.outcome() instanceof Outcome.Decides)
              .map(Step::rule)
              .toList();
      assertThat(deciding)
          .as(replay)
          .isEqualTo(decided instanceof Decision.Ruled(var by) ? List.of(by) : List.of());
      explanation
          .steps()
          .forEach(step -> {
            kinds.add(step.outcome().getClass());
            if (!(step.outcome() instanceof Outcome.Decides)
                && !(decided instanceof Decision.Ambiguous)
                && Collections.frequency(policy.rules(), step.rule()) == 1) {
              assertThat(without(step.rule(), policy).decide(request))
                  .as(replay)
                  .isEqualTo(decided);
            }
            if (step.outcome() instanceof Outcome.Unmet(var why)) {
              assertThat(why).as(replay + step).isNotEmpty().doesNotContain("");
              assertThat(step.rule().matches(request)).as(replay).isFalse();
            }
          });

      for (var opposite : Opposites.of(explanation, true, action -> exact(request, action))) {
        var then = Change.after(explanation.situation(), opposite.changes());
        assertThat(then.request().caller()).as(replay).isEqualTo(request.caller());
        assertThat(then.decision()).as(replay + opposite).isEqualTo(opposite.then());
        assertThat(opposite.then().allowed()).as(replay + opposite).isNotEqualTo(decided.allowed());
        opposite.changes().forEach(change -> kinds.add(change.getClass()));
        flips++;
      }
    }
    System.out.printf("explanation: seed %d: %d opposites of %d answers%n", seed, flips, PAIRS);
    assertThat(flips).isGreaterThan(PAIRS);
    assertThat(kinds)
        .contains(
            Outcome.Decides.class,
            Outcome.Late.class,
            Outcome.Unmet.class,
            Outcome.OtherCaller.class,
            Change.Asking.class,
            Change.With.class,
            Change.Without.class,
            Change.Unbanned.class);
  }
}
