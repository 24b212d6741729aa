package io.tombolo.xds.delivery;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Names, in a quarter of the room of a [java.util.HashSet]: every stream keeps thousands. Open
/// addressing with linear probing. Not thread-safe.
final class NameSet {
  private static final int LEAST_SLOTS = 8;

  private @Nullable String[] slots = new @Nullable String[LEAST_SLOTS];
  private int size;

  int size() {
    return size;
  }

  boolean contains(String name) {
    return slots[slot(slots, name)] != null;
  }

  void add(String name) {
    int slot = slot(slots, name);
    if (slots[slot] != null) {
      return;
    }
    slots[slot] = name;
    size++;
    if (2 * size > slots.length) {
      slots = rehashed(2 * slots.length);
    }
  }

  void remove(String name) {
    int slot = slot(slots, name);
    if (slots[slot] == null) {
      return;
    }
    slots[slot] = null;
    size--;
    if (slots.length > LEAST_SLOTS && 8 * size < slots.length) {
      slots = rehashed(slots.length / 2);
    } else {
      closeGap(slot);
    }
  }

  /// Whoever was put further on because of what stood here moves up.
  private void closeGap(int gap) {
    int mask = slots.length - 1;
    for (int at = (gap + 1) & mask; slots[at] != null; at = (at + 1) & mask) {
      var moved = slots[at];
      slots[at] = null;
      slots[slot(slots, moved)] = moved;
    }
  }

  private @Nullable String[] rehashed(int length) {
    var next = new @Nullable String[length];
    Arrays.stream(slots)
        .filter(name -> name != null)
        .forEach(name -> next[slot(next, name)] = name);
    return next;
  }

  /// Where the name is, or would be put.
  private static int slot(@Nullable String[] slots, String name) {
    int hash = name.hashCode();
    int mask = slots.length - 1;
    int at = (hash ^ (hash >>> 16)) & mask;
    for (var found = slots[at]; found != null && !found.equals(name); found = slots[at]) {
      at = (at + 1) & mask;
    }
    return at;
  }
}
