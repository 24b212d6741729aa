package io.tombolo.mesh.policy;

import io.tombolo.mesh.policy.Intention.Action;

/// The answer to "may A call B?", with what gave it.
public sealed interface Decision {
  boolean allowed();

  /// The first rule that matched.
  record Ruled(Rule by) implements Decision {
    @Override
    public boolean allowed() {
      return by.action() == Action.ALLOW;
    }
  }

  /// The caller is banned.
  record Banned() implements Decision {
    @Override
    public boolean allowed() {
      return false;
    }
  }

  /// A header that rules look at comes more than once, as a list, or with a blank at an end: denied
  /// before any rule.
  record Ambiguous(String header) implements Decision {
    @Override
    public boolean allowed() {
      return false;
    }
  }

  /// No rule matched.
  record Defaulted(Action action) implements Decision {
    @Override
    public boolean allowed() {
      return action == Action.ALLOW;
    }
  }
}
