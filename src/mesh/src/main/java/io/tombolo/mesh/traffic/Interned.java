package io.tombolo.mesh.traffic;

import java.util.HashMap;
import java.util.Map;

/// Equal values as one instance. Begins anew when it is full, so that it holds on to no more than
/// that. Not thread-safe.
final class Interned<T> {
  private final int most;
  private final Map<T, T> known = new HashMap<>();

  Interned(int most) {
    this.most = most;
  }

  T of(T value) {
    var first = known.get(value);
    if (first != null) {
      return first;
    }
    if (known.size() >= most) {
      known.clear();
    }
    known.put(value, value);
    return value;
  }
}
