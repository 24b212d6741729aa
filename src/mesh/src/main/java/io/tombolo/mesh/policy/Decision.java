package io.tombolo.mesh.policy;

/// The answer to "may A call B?", with what gave it.
public sealed interface Decision {
  boolean allowed();

  /// The first rule that matched.
  record Ruled(Intention by) implements Decision {
    @Override
    public boolean allowed() {
      return by.action() == Intention.Action.ALLOW;
    }
  }

  /// The caller is banned.
  record Banned() implements Decision {
    @Override
    public boolean allowed() {
      return false;
    }
  }

  /// No rule matched: denied.
  record Defaulted() implements Decision {
    @Override
    public boolean allowed() {
      return false;
    }
  }
}
