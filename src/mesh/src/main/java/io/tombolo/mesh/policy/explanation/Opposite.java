package io.tombolo.mesh.policy.explanation;

import io.tombolo.mesh.policy.Decision;
import java.util.List;
import java.util.Optional;

/// What would make the answer the other one.
///
/// @param then what is decided after the changes
public record Opposite(List<Change> changes, Decision then) {
  public Opposite {
    changes = List.copyOf(changes);
  }

  /// These changes, if the evaluator decides the other way after them.
  static Optional<Opposite> of(Situation before, List<Change> changes) {
    var then = Change.after(before, changes).decision();
    return then.allowed() == before.decision().allowed()
        ? Optional.empty()
        : Optional.of(new Opposite(changes, then));
  }
}
