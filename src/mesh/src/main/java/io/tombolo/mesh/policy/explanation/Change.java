package io.tombolo.mesh.policy.explanation;

import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Principal;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Something that could be otherwise.
public sealed interface Change {
  /// What is judged then.
  Situation after(Situation before);

  /// The caller asks something else.
  record Asking(Request request) implements Change {
    @Override
    public Situation after(Situation before) {
      return before.with(request);
    }
  }

  /// An intention is not there.
  record Without(Intention intention) implements Change {
    @Override
    public Situation after(Situation before) {
      var policy = before.policy();
      var rules =
          policy.rules().stream().filter(rule -> !rule.intention().equals(intention)).toList();
      return before.with(policy.ruledBy(rules));
    }
  }

  /// There is one more, about this caller alone.
  ///
  /// @param intention on connections
  record With(Intention intention) implements Change {
    @Override
    public Situation after(Situation before) {
      var policy = before.policy();
      var rules = new ArrayList<>(policy.rules());
      int at = 0;
      while (at < rules.size()
          && Intention.FIRST_TRIED.compare(rules.get(at).intention(), intention) <= 0) {
        at++;
      }
      rules.add(at, rule(before.request()));
      return before.with(policy.ruledBy(rules));
    }

    private Rule rule(Request request) {
      return new Rule(
          intention,
          Rule.LAST_WORD,
          Set.of(new Principal.Exactly(request.caller())),
          Condition.always(),
          intention.otherwise() == Intention.Otherwise.ALLOW ? Action.ALLOW : Action.DENY);
    }
  }

  /// The caller is not banned.
  record Unbanned() implements Change {
    @Override
    public Situation after(Situation before) {
      var policy = before.policy();
      var banned = new HashSet<>(policy.banned());
      banned.remove(before.request().caller());
      return before.with(policy.banning(banned));
    }
  }

  /// What is judged after all of them, one after the other.
  static Situation after(Situation before, List<Change> changes) {
    var situation = before;
    for (var change : changes) {
      situation = change.after(situation);
    }
    return situation;
  }
}
