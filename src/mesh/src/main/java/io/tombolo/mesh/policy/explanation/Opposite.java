package io.tombolo.mesh.policy.explanation;

import io.tombolo.mesh.policy.Decision;
import java.util.List;
import java.util.Optional;

/// What would make the answer the other one.
///
/// @param then what the rules say after the changes
public record Opposite(List<Change> changes, Decision then) {
  public Opposite {
    changes = List.copyOf(changes);
  }

  /// These changes, if the evaluator answers the other way after them.
  static Optional<Opposite> of(Situation before, List<Change> changes) {
    var after = Change.after(before, changes);
    return after.allowed() == before.allowed()
        ? Optional.empty()
        : Optional.of(new Opposite(changes, after.decision()));
  }
}
