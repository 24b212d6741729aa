package io.tombolo.kubernetes;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads lists and maps of objects from outside, which may be absent and hold nulls.
final class Given {
  private Given() {}

  static <T> List<T> of(@Nullable List<T> list) {
    return list == null ? List.of() : list.stream().filter(Objects::nonNull).toList();
  }

  static <V> Map<String, V> of(@Nullable Map<String, V> map) {
    var present = new HashMap<String, V>();
    if (map != null) {
      map.forEach((key, value) -> {
        if (key != null && value != null) {
          present.put(key, value);
        }
      });
    }
    return present;
  }
}
