package io.tombolo.kubernetes;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Which objects depend on which others. Not thread-safe.
final class Dependents {
  private final Map<Ref, Set<Ref>> needs = new HashMap<>();
  private final Map<Ref, Set<Ref>> needed = new HashMap<>();

  /// From now on this one depends on these and no others.
  void put(Ref dependent, Set<Ref> on) {
    forget(dependent);
    if (!on.isEmpty()) {
      needs.put(dependent, Set.copyOf(on));
      on.forEach(one -> needed.computeIfAbsent(one, _ -> new HashSet<>()).add(dependent));
    }
  }

  void forget(Ref dependent) {
    var before = needs.remove(dependent);
    if (before != null) {
      before.forEach(one ->
          needed.computeIfPresent(
              one,
              (_, all) -> {
                all.remove(dependent);
                return all.isEmpty() ? null : all;
              }));
    }
  }

  /// Those that depend on it, as of now.
  Stream<Ref> of(Ref one) {
    return Set.copyOf(needed.getOrDefault(one, Set.of())).stream();
  }
}
