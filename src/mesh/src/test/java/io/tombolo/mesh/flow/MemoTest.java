package io.tombolo.mesh.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
  void after_any_history_the_table_is_what_a_fresh_one_would_be(long seed) {
    var random = new Random(seed);
    var memo = new Memo<String, List<Integer>, Integer>(MemoTest::sum);
    var inputs = new HashMap<String, List<Integer>>();
    for (int step = 0; step < 500; step++) {
      var key = "k" + random.nextInt(20);
      if (random.nextInt(4) == 0) {
        inputs.remove(key);
      } else {
        inputs.put(key, IntStream.range(0, 3).map(_ -> random.nextInt(3)).boxed().toList());
      }
      assertThat(memo.update(inputs))
          .as("seed %d, step %d", seed, step)
          .isEqualTo(new Memo<String, List<Integer>, Integer>(MemoTest::sum).update(inputs));
    }
  }

  @Test
  void only_what_changed_is_derived_again() {
    var derived = new AtomicInteger();
    var memo =
        new Memo<String, Integer, Integer>(input -> {
          derived.incrementAndGet();
          return input * 2;
        });

    memo.update(Map.of("a", 1, "b", 2, "c", 3));
    memo.update(Map.of("a", 1, "b", 5, "c", 3));

    assertThat(derived).hasValue(4);
  }

  @Test
  void an_equal_output_is_the_old_instance_so_that_what_depends_on_it_stops() {
    var memo = new Memo<String, List<Integer>, List<Integer>>(in -> List.of(sum(in)));

    var before = memo.update(Map.of("a", List.of(1, 3))).get("a");
    var after = memo.update(Map.of("a", List.of(2, 2))).get("a");

    assertThat(after).isSameAs(before);
  }

  private static int sum(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).sum();
  }
}
