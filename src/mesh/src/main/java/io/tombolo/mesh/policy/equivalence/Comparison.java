package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.Request;

/// What comparing two policies of one port comes to.
public sealed interface Comparison {
  /// They decide every request alike.
  record Equal() implements Comparison {}

  /// They do not.
  ///
  /// @param request one that only one of them allows
  /// @param one what the first policy makes of it
  /// @param other what the second does
  record Different(Request request, Decision one, Decision other) implements Comparison {}

  /// It was not found out.
  ///
  /// @param why with the way out
  record Undecided(String why) implements Comparison {}
}
