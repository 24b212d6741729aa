package io.tombolo.mesh.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("push")
class TrieTest {
  /// A key of which many have the same hash, or hashes that differ late only.
  private record Key(int number) {
    @Override
    public int hashCode() {
      return (number % 3 == 0 ? number % 7 : number) << (number % 5 == 0 ? 27 : 0);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void after_any_history_it_is_the_plain_map_and_tells_what_differs(long seed) {
    var random = new Random(seed);
    var trie = Trie.<Key, Integer>empty();
    var plain = new HashMap<Key, Integer>();
    var earlier = trie;
    var earlierPlain = Map.<Key, Integer>of();
    for (int step = 0; step < 2000; step++) {
      var key = new Key(random.nextInt(200));
      if (random.nextInt(3) == 0) {
        trie = trie.without(key);
        plain.remove(key);
      } else {
        int value = random.nextInt(4);
        trie = trie.with(key, value);
        plain.put(key, value);
      }
      assertThat(trie.get(key)).isEqualTo(plain.get(key));
      if (random.nextInt(20) == 0) {
        assertThat(trie).as("seed %d, step %d", seed, step).isEqualTo(plain);
        assertThat(trie).hasSize(plain.size());
        assertThat(differing(earlier, trie)).isEqualTo(differing(earlierPlain, plain));
        assertThat(earlier).isEqualTo(earlierPlain);
        earlier = trie;
        earlierPlain = Map.copyOf(plain);
      }
    }
  }

  @Test
  void updated_to_an_equal_map_it_is_the_very_same() {
    var trie = Trie.<String, Integer>empty().with("a", 1).with("b", 2);

    assertThat(trie.updatedTo(Map.of("b", 2, "a", 1))).isSameAs(trie);
    assertThat(trie.updatedTo(Map.of("b", 3, "c", 4))).isEqualTo(Map.of("b", 3, "c", 4));
  }

  private static Set<Key> differing(Trie<Key, Integer> one, Trie<Key, Integer> other) {
    var keys = new HashSet<Key>();
    one.differences(other, key -> assertThat(keys.add(key)).isTrue());
    return keys;
  }

  private static Set<Key> differing(Map<Key, Integer> one, Map<Key, Integer> other) {
    var keys = new HashSet<>(one.keySet());
    keys.addAll(other.keySet());
    keys.removeIf(key -> Objects.equals(one.get(key), other.get(key)));
    return keys;
  }
}
