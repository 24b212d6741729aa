package io.tombolo.consul;

import io.tombolo.mesh.catalog.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// What is wrong with a config entry, each with the field and the way out. Not thread-safe.
final class Problems {
  private final String entry;
  private final List<String> all = new ArrayList<>();

  /// @param entry its kind and name, printable
  Problems(String entry) {
    this.entry = entry;
  }

  void add(String field, String what) {
    all.add("%s: %s %s".formatted(entry, field, what));
  }

  /// Whatever else it says is not understood.
  void refuseBeyond(Fields fields, Set<String> known) {
    refuseBeyond(fields, known, _ -> "is not known; remove it");
  }

  /// @param wayOut what to say of such a field
  void refuseBeyond(Fields fields, Set<String> known, UnaryOperator<String> wayOut) {
    for (var field : fields.beyond(known)) {
      add(fields.at(Names.printable(field)), wayOut.apply(field));
    }
  }

  /// Consul's community edition knows one namespace and one partition.
  void requireDefault(Fields fields) {
    for (var field : List.of("Namespace", "Partition")) {
      if (!fields.text(field, "default").equals("default") && fields.has(field)) {
        add(fields.at(field), "must be \"default\" or left out");
      }
    }
  }

  /// A value whose constructor says what is wrong with it.
  <T> Optional<T> checked(String field, Supplier<T> value) {
    try {
      return Optional.of(value.get());
    } catch (IllegalArgumentException bad) {
      add(field, String.valueOf(bad.getMessage()));
      return Optional.empty();
    }
  }

  List<String> all() {
    return List.copyOf(all);
  }
}
