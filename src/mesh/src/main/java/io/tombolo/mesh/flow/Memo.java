package io.tombolo.mesh.flow;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Derives one table from another and does only the work that changed.
///
/// `derive` is given the input and nothing else, so it cannot read what is not part of it. An equal
/// input gives the very same output instance, and an equal output keeps the old one, so that
/// whatever is derived from it stops there too. Not thread-safe: it belongs to the one thread that
/// recomputes.
public final class Memo<K, I, O> {
  private record Derived<I, O>(I input, O output) {}

  private final Function<I, O> derive;
  private Map<K, Derived<I, O>> table = new HashMap<>();

  public Memo(Function<I, O> derive) {
    this.derive = derive;
  }

  /// The outputs for these inputs; what is not among them is forgotten.
  public Map<K, O> update(Map<K, I> inputs) {
    var next = HashMap.<K, Derived<I, O>>newHashMap(inputs.size());
    var outputs = HashMap.<K, O>newHashMap(inputs.size());
    inputs.forEach((key, input) -> {
      var derived = rederive(table.get(key), input);
      next.put(key, derived);
      outputs.put(key, derived.output);
    });
    table = next;
    return outputs;
  }

  /// The output for one input; the others stay as they are.
  public O update(K key, I input) {
    var derived = rederive(table.get(key), input);
    table.put(key, derived);
    return derived.output;
  }

  private Derived<I, O> rederive(@Nullable Derived<I, O> before, I input) {
    if (before == null) {
      return new Derived<>(input, derive.apply(input));
    }
    if (before.input.equals(input)) {
      return before;
    }
    O output = derive.apply(input);
    return new Derived<>(input, output.equals(before.output) ? before.output : output);
  }
}
