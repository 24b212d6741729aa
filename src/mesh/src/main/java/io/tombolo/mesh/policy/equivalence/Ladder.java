package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Condition.AllOf;
import io.tombolo.mesh.policy.Condition.AnyOf;
import io.tombolo.mesh.policy.Condition.Not;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.Text;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a policy makes of the requests of one caller, in the shortest form: equal ladders decide
/// alike.
///
/// @param steps the first that holds decides; neighbours decide differently, and so does the last
///   from `otherwise`
/// @param otherwise is what no step holds for allowed?
record Ladder(List<Step> steps, boolean otherwise) {
  /// Some requests, and whether they are allowed.
  ///
  /// @param anyOf it holds if one of them does; in order
  record Step(Set<Condition> anyOf, boolean allows) {}

  Ladder {
    steps = List.copyOf(steps);
  }

  /// What decides every request so.
  static Ladder always(boolean allowed) {
    return new Ladder(List.of(), allowed);
  }

  /// @param policy of one port; what it says of headers that come more than once is left out
  /// @param connection of the caller, to that port
  /// @param http are requests understood there?
  static Ladder of(InboundPolicy policy, Request connection, boolean http) {
    if (policy.banned().contains(connection.caller())) {
      return always(false);
    }
    var steps =
        policy.rules().stream()
            .filter(rule -> rule.concerns(connection))
            .map(rule ->
                new Step(
                    Set.of(ofRequest(rule.condition(), connection, http)),
                    rule.action() == Action.ALLOW))
            .toList();
    return shortest(steps, policy.mode().byDefault() == Action.ALLOW);
  }

  /// The condition as tests of the request alone.
  private static Condition ofRequest(Condition condition, Request connection, boolean http) {
    return switch (condition) {
      case Condition.Caller _, Condition.Port _ -> constant(condition.holds(connection));
      case Condition.Header(var name, var test, var inverted) when http && inverted ->
          Condition.allOf(
              new Condition.Header(name, Text.PRESENT),
              Condition.not(new Condition.Header(name, test)));
      case Condition.Path _, Condition.Method _ -> http ? condition : Condition.never();
      case Condition.Header _, Condition.Claim _ -> http ? condition : Condition.never();
      case Condition.Token _ ->
          throw new IllegalArgumentException("whose token is not found out: " + condition);
      case AllOf _, AnyOf _, Not _ -> mapped(condition, part -> ofRequest(part, connection, http));
    };
  }

  private static Condition constant(boolean holds) {
    return holds ? Condition.always() : Condition.never();
  }

  private static Condition mapped(Condition condition, UnaryOperator<Condition> parts) {
    return switch (condition) {
      case AllOf(var of) -> {
        var now = of.stream().map(parts).toList();
        yield now.equals(of) ? condition : Condition.allOf(now);
      }
      case AnyOf(var of) -> {
        var now = of.stream().map(parts).toList();
        yield now.equals(of) ? condition : Condition.anyOf(now);
      }
      case Not(var of) -> {
        var now = parts.apply(of);
        yield now.equals(of) ? condition : Condition.not(now);
      }
      default -> condition;
    };
  }

  private static Ladder shortest(List<Step> steps, boolean otherwise) {
    boolean last = otherwise;
    var kept = new ArrayList<Step>();
    for (var step : steps) {
      var parts = parts(step);
      if (parts.contains(Condition.always())) {
        last = step.allows();
        break;
      }
      if (!parts.isEmpty()) {
        var before = kept.isEmpty() ? null : kept.getLast();
        if (before != null && before.allows() == step.allows()) {
          before.anyOf().addAll(parts);
        } else {
          kept.add(new Step(parts, step.allows()));
        }
      }
    }
    if (!kept.isEmpty() && kept.getLast().allows() == last) {
      kept.removeLast();
    }
    return new Ladder(kept, last);
  }

  private static Set<Condition> parts(Step step) {
    var parts = new LinkedHashSet<Condition>();
    for (var condition : step.anyOf()) {
      if (condition instanceof AnyOf(var of)) {
        parts.addAll(of);
      } else {
        parts.add(condition);
      }
    }
    return parts;
  }

  /// The same where the outcomes of some tests are known.
  Ladder knowing(Map<Condition, Boolean> outcomes) {
    return shortest(
        steps.stream()
            .map(step ->
                new Step(
                    step.anyOf().stream()
                        .map(condition -> knowing(condition, outcomes))
                        .collect(Collectors.toCollection(LinkedHashSet::new)),
                    step.allows()))
            .toList(),
        otherwise);
  }

  private static Condition knowing(Condition condition, Map<Condition, Boolean> outcomes) {
    return switch (condition) {
      case AllOf _, AnyOf _, Not _ -> mapped(condition, part -> knowing(part, outcomes));
      default -> {
        var outcome = outcomes.get(condition);
        yield outcome == null ? condition : constant(outcome);
      }
    };
  }

  /// Every test that it still depends on.
  Stream<Condition> tests() {
    return steps.stream()
        .flatMap(step -> step.anyOf().stream())
        .flatMap(Condition::parts)
        .filter(part -> !(part instanceof AllOf || part instanceof AnyOf || part instanceof Not));
  }

  /// The first of them.
  Optional<Condition> test() {
    return tests().findFirst();
  }
}
