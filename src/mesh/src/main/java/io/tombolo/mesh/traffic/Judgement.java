package io.tombolo.mesh.traffic;

import io.tombolo.mesh.policy.Decision;
import java.util.SortedSet;

/// What a policy makes of a flow, as far as what was recorded of it tells.
public sealed interface Judgement {
  record Decided(Decision decision) implements Judgement {}

  /// @param lacking what the policy looks at and was not recorded as it was, in words
  record Open(SortedSet<String> lacking) implements Judgement {}
}
