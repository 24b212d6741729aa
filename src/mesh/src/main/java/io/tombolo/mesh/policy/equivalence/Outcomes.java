package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.policy.Text;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Tests of one dimension, by how they are to come out.
record Outcomes(Set<Text> passed, Set<Text> failed) {
  static final Outcomes NONE = new Outcomes(Set.of(), Set.of());

  /// With one more. Those that follow from it are left out.
  Outcomes with(Text test, boolean passes) {
    return passes
        ? new Outcomes(and(passed, test, true), failed)
        : new Outcomes(passed, and(failed, test, false));
  }

  private static Set<Text> and(Set<Text> tests, Text added, boolean passes) {
    return Stream.concat(
            tests.stream()
                .filter(test ->
                    passes
                        ? !Implications.implies(added, test)
                        : !Implications.implies(test, added)),
            Stream.of(added))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
