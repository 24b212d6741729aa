package io.tombolo.xds.delivery;

import io.tombolo.xds.snapshot.Table;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which versions a client has: those of a table that many share, and what differs from it. Not
/// thread-safe.
final class Held {
  private Table table = Table.EMPTY;
  private Map<String, Optional<String>> exceptions = new HashMap<>();

  /// The version that the client has of this, or null.
  @Nullable String version(String name) {
    var exception = exceptions.get(name);
    if (exception != null) {
      return exception.orElse(null);
    }
    var resource = table.find(name);
    return resource == null ? null : resource.version();
  }

  boolean has(String name) {
    return version(name) != null;
  }

  void put(String name, String version) {
    exceptions.put(name, Optional.of(version));
  }

  void remove(String name) {
    if (table.find(name) == null) {
      exceptions.remove(name);
    } else {
      exceptions.put(name, Optional.empty());
    }
  }

  /// The client has what it says.
  ///
  /// @param all what there is
  /// @param versions by name
  void begin(Table all, Map<String, String> versions) {
    if (versions.isEmpty()) {
      return;
    }
    become(all);
    all.differences(
        Table.EMPTY,
        name -> {
          if (!versions.containsKey(name)) {
            remove(name);
          }
        });
    versions.forEach((name, version) -> {
      if (!version.equals(version(name))) {
        put(name, version);
      }
    });
  }

  /// The client has exactly this.
  void become(Table all) {
    table = all;
    if (!exceptions.isEmpty()) {
      exceptions = new HashMap<>();
    }
  }
}
