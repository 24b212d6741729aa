package io.tombolo.mesh.policy.equivalence;

/// How much may still be tried before it is given up. Not thread-safe.
final class Work {
  /// There is none left.
  static final class Exhausted extends RuntimeException {
    private static final long serialVersionUID = 1;

    Exhausted() {
      super("too much work");
    }
  }

  private long left;

  Work(long most) {
    left = most;
  }

  /// May be less than none, once it is exhausted.
  long left() {
    return left;
  }

  /// @throws Exhausted if that is more than is left
  void spend(long steps) {
    left -= steps;
    if (left < 0) {
      throw new Exhausted();
    }
  }
}
