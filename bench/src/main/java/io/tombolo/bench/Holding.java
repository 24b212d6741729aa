package io.tombolo.bench;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What one proxy holds of one type and asks for, by numbers of names. Belongs to one stream at a
/// time.
final class Holding {
  private int[] versions = {};
  private final BitSet asked = new BitSet();
  private final BitSet missing = new BitSet();
  private int size;

  /// Marks a name as asked for; was it not before?
  boolean ask(int name) {
    boolean fresh = !asked.get(name);
    asked.set(name);
    if (fresh && !has(name)) {
      missing.set(name);
    }
    return fresh;
  }

  /// A name is not asked for any more; was it before?
  boolean leave(int name) {
    boolean was = asked.get(name);
    asked.clear(name);
    drop(name);
    return was;
  }

  void take(int name, int version) {
    if (name >= versions.length) {
      versions = Arrays.copyOf(versions, Math.max(name + 1, versions.length * 5 / 4 + 64));
    }
    if (versions[name] == 0) {
      size++;
    }
    versions[name] = version;
    missing.clear(name);
  }

  void drop(int name) {
    if (has(name)) {
      versions[name] = 0;
      size--;
    }
    missing.clear(name);
  }

  private boolean has(int name) {
    return name < versions.length && versions[name] != 0;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /// Is nothing of what it asked for outstanding?
  boolean complete() {
    return missing.isEmpty();
  }

  boolean asksForSome() {
    return !asked.isEmpty();
  }

  List<Integer> asked() {
    return asked.stream().boxed().toList();
  }

  /// Version by name.
  Map<Integer, Integer> held() {
    var held = new HashMap<Integer, Integer>();
    for (int name = 0; name < versions.length; name++) {
      if (versions[name] != 0) {
        held.put(name, versions[name]);
      }
    }
    return held;
  }
}
