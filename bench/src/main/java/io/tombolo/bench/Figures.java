package io.tombolo.bench;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/// Named numbers, in the order in which they were found.
final class Figures {
  private final Map<String, Double> all = new LinkedHashMap<>();

  Figures add(String name, double value) {
    all.put(name, Math.round(value * 1000) / 1000.0);
    return this;
  }

  /// Half, 99 % and all of some times were not more than this, in milliseconds.
  Figures addTimes(String name, Collection<Long> nanos) {
    var sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    add(name + "_p50_ms", at(sorted, 0.5));
    add(name + "_p99_ms", at(sorted, 0.99));
    return add(name + "_max_ms", at(sorted, 1));
  }

  private static double at(long[] sorted, double share) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[(int) Math.ceil(share * sorted.length) - 1] / 1e6;
  }

  Map<String, Double> all() {
    return all;
  }
}
