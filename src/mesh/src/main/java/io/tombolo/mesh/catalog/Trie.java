package io.tombolo.mesh.catalog;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An immutable map that shares what it has in common with the map it was made from: a change costs
/// a few short lists, and what differs between two of them is found without looking at what they
/// share. A hash trie of 32 branches a level; keys and values are not null.
///
/// Its order is that of hashes: sort where an order is shown.
public final class Trie<K, V> extends AbstractMap<K, V> {
  private static final int BITS_A_LEVEL = 5;
  private static final Trie<Object, Object> EMPTY = new Trie<>(null, 0);

  /// The entries whose hashes begin alike. A branch has at least two entries below it, so that
  /// equal maps have equal shapes.
  private sealed interface Node<K, V> {}

  /// All entries of one hash.
  private record Leaf<K, V>(int hash, List<Entry<K, V>> entries) implements Node<K, V> {
    /// By index: it is asked so often that iterators would be most of what is allocated.
    @Nullable V find(Object key) {
      for (int i = 0; i < entries.size(); i++) {
        var entry = entries.get(i);
        if (entry.getKey().equals(key)) {
          return entry.getValue();
        }
      }
      return null;
    }
  }

  /// @param bits which of the 32 branches are there
  private record Branch<K, V>(int bits, List<Node<K, V>> below) implements Node<K, V> {
    @Nullable Node<K, V> at(int bit) {
      return (bits & bit) == 0 ? null : below.get(index(bit));
    }

    private int index(int bit) {
      return Integer.bitCount(bits & (bit - 1));
    }

    Branch<K, V> with(int bit, Node<K, V> node) {
      var next = new ArrayList<>(below);
      if ((bits & bit) == 0) {
        next.add(index(bit), node);
      } else {
        next.set(index(bit), node);
      }
      return new Branch<>(bits | bit, next);
    }

    Branch<K, V> without(int bit) {
      var next = new ArrayList<>(below);
      next.remove(index(bit));
      return new Branch<>(bits & ~bit, next);
    }

    /// The same, or the leaf that alone is left of it.
    Node<K, V> shortest() {
      return below.size() == 1 && below.getFirst() instanceof Leaf<K, V> leaf ? leaf : this;
    }
  }

  private final @Nullable Node<K, V> root;
  private final int size;

  private Trie(@Nullable Node<K, V> root, int size) {
    this.root = root;
    this.size = size;
  }

  @SuppressWarnings("unchecked") // it has no entries
  public static <K, V> Trie<K, V> empty() {
    return (Trie<K, V>) EMPTY;
  }

  /// The map with this entry; the very same if it has an equal one.
  public Trie<K, V> with(K key, V value) {
    var known = get(key);
    return value.equals(known)
        ? this
        : new Trie<>(
            put(root, hash(key), 0, Map.entry(key, value)), known == null ? size + 1 : size);
  }

  /// The map without this key; the very same if it has none.
  public Trie<K, V> without(K key) {
    return containsKey(key) ? new Trie<>(remove(root, hash(key), 0, key), size - 1) : this;
  }

  /// A map equal to `all` that shares with this one whatever is equal.
  public Trie<K, V> updatedTo(Map<K, V> all) {
    var next = this;
    for (var key : keySet()) {
      if (!all.containsKey(key)) {
        next = next.without(key);
      }
    }
    for (var entry : all.entrySet()) {
      next = next.with(entry.getKey(), entry.getValue());
    }
    return next;
  }

  /// Tells each key whose value differs here and there, or that is only in one of them.
  public void differences(Trie<K, V> other, Consumer<? super K> key) {
    differences(root, other.root, 0, key);
  }

  @SuppressWarnings("ReferenceEquality") // what is shared is not looked at
  private static <K, V> void differences(
      @Nullable Node<K, V> one, @Nullable Node<K, V> other, int shift, Consumer<? super K> key) {
    if (one == other) {
      return;
    }
    if (one instanceof Branch<K, V> here && other instanceof Branch<K, V> there) {
      int bits = here.bits | there.bits;
      while (bits != 0) {
        int bit = Integer.lowestOneBit(bits);
        differences(here.at(bit), there.at(bit), shift + BITS_A_LEVEL, key);
        bits &= ~bit;
      }
      return;
    }
    each(
        one,
        entry -> {
          if (!entry.getValue().equals(find(other, hash(entry.getKey()), shift, entry.getKey()))) {
            key.accept(entry.getKey());
          }
        });
    each(
        other,
        entry -> {
          if (find(one, hash(entry.getKey()), shift, entry.getKey()) == null) {
            key.accept(entry.getKey());
          }
        });
  }

  private static int hash(Object key) {
    int hash = key.hashCode();
    return hash ^ (hash >>> 16);
  }

  private static int bit(int hash, int shift) {
    return 1 << ((hash >>> shift) & 31);
  }

  private static <K, V> @Nullable V find(
      @Nullable Node<K, V> from, int hash, int level, Object key) {
    var node = from;
    int shift = level;
    while (node instanceof Branch<K, V> branch) {
      node = branch.at(bit(hash, shift));
      shift += BITS_A_LEVEL;
    }
    return node instanceof Leaf<K, V> leaf && leaf.hash == hash ? leaf.find(key) : null;
  }

  private static <K, V> Node<K, V> put(
      @Nullable Node<K, V> node, int hash, int shift, Entry<K, V> entry) {
    return switch (node) {
      case null -> new Leaf<>(hash, List.of(entry));
      case Leaf<K, V> leaf ->
          leaf.hash == hash
              ? new Leaf<>(hash, replaced(leaf.entries, entry.getKey(), entry))
              : fork(leaf, new Leaf<>(hash, List.of(entry)), shift);
      case Branch<K, V> branch -> {
        int bit = bit(hash, shift);
        yield branch.with(bit, put(branch.at(bit), hash, shift + BITS_A_LEVEL, entry));
      }
    };
  }

  private static <K, V> Node<K, V> fork(Leaf<K, V> one, Leaf<K, V> other, int shift) {
    int bit = bit(one.hash, shift);
    var branch = new Branch<K, V>(bit, List.of(one));
    return bit == bit(other.hash, shift)
        ? branch.with(bit, fork(one, other, shift + BITS_A_LEVEL))
        : branch.with(bit(other.hash, shift), other);
  }

  private static <K, V> @Nullable Node<K, V> remove(
      @Nullable Node<K, V> node, int hash, int shift, K key) {
    return switch (node) {
      case null -> null;
      case Leaf<K, V> leaf -> {
        var left = replaced(leaf.entries, key, null);
        yield left.isEmpty() ? null : new Leaf<>(hash, left);
      }
      case Branch<K, V> branch -> {
        int bit = bit(hash, shift);
        var below = remove(branch.at(bit), hash, shift + BITS_A_LEVEL, key);
        yield (below == null ? branch.without(bit) : branch.with(bit, below)).shortest();
      }
    };
  }

  private static <K, V> List<Entry<K, V>> replaced(
      List<Entry<K, V>> entries, K key, @Nullable Entry<K, V> replacement) {
    var next = new ArrayList<>(entries);
    next.removeIf(entry -> entry.getKey().equals(key));
    if (replacement != null) {
      next.add(replacement);
    }
    return next;
  }

  private static <K, V> void each(@Nullable Node<K, V> node, Consumer<Entry<K, V>> action) {
    switch (node) {
      case null -> {}
      case Leaf<K, V> leaf -> leaf.entries.forEach(action);
      case Branch<K, V> branch -> branch.below.forEach(below -> each(below, action));
    }
  }

  @Override
  public @Nullable V get(Object key) {
    return find(root, hash(key), 0, key);
  }

  @Override
  public boolean containsKey(Object key) {
    return get(key) != null;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void forEach(BiConsumer<? super K, ? super V> action) {
    each(root, entry -> action.accept(entry.getKey(), entry.getValue()));
  }

  @Override
  public Set<Entry<K, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Entry<K, V>> iterator() {
        var all = new ArrayList<Entry<K, V>>(size);
        each(root, all::add);
        return List.copyOf(all).iterator();
      }

      @Override
      public int size() {
        return size;
      }
    };
  }
}
