package io.tombolo.e2e;

import java.util.Random;

/// One kind of change that happens under traffic.
interface Changes {
  /// Makes some that may be made now.
  ///
  /// @return how many: objects written or deleted; 0 if none may be made before what was made last
  ///   has been applied everywhere
  int make(Random random);

  /// What was made is applied everywhere.
  default void applied() {}

  /// Takes back what would stay.
  default void undo() {}
}
