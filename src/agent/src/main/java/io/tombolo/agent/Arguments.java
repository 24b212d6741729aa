package io.tombolo.agent;

import io.tombolo.mesh.catalog.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Command-line arguments, taken out one after the other.
final class Arguments {
  private final List<String> left;

  Arguments(String[] args) {
    this.left = new ArrayList<>(List.of(args));
  }

  boolean flag(String name) {
    return left.remove(name);
  }

  /// Every value given as `name value`, in order.
  List<String> all(String name) {
    var values = new ArrayList<String>();
    for (int at = left.indexOf(name); at >= 0; at = left.indexOf(name)) {
      if (at + 1 == left.size()) {
        throw new IllegalArgumentException(name + " needs a value");
      }
      left.remove(at);
      values.add(left.remove(at));
    }
    return values;
  }

  Optional<String> optional(String name) {
    var values = all(name);
    if (values.size() > 1) {
      throw new IllegalArgumentException(name + " is given twice");
    }
    return values.stream().findFirst();
  }

  String required(String name) {
    return optional(name).orElseThrow(() -> new IllegalArgumentException(name + " is missing"));
  }

  void requireAllUsed() {
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          "unknown argument \"%s\"".formatted(Names.printable(left.getFirst())));
    }
  }
}
