package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.tombolo.mesh.catalog.Names;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The fields of an object that has no class of its own. Null is as good as missing. What is not of
/// the expected type is an `IllegalArgumentException` that names the field.
///
/// @param path how to call the object in messages; empty for the whole document
record Tree(String path, Map<String, Object> fields) {
  /// What an object says beside its metadata.
  static Tree of(GenericKubernetesResource object) {
    return of("", object.getAdditionalProperties());
  }

  /// @param value of a type that has to be an object
  static Tree of(String path, @Nullable Object value) {
    if (value != null && !(value instanceof Map)) {
      throw new IllegalArgumentException(path + ": must be an object");
    }
    var fields = new LinkedHashMap<String, Object>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, field) -> {
        if (field != null) {
          fields.put(String.valueOf(name), field);
        }
      });
    }
    return new Tree(path, fields);
  }

  /// A field's name with the way to it.
  String at(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  boolean has(String field) {
    return fields.containsKey(field);
  }

  /// Empty if it is missing.
  String text(String field) {
    var value = fields.getOrDefault(field, "");
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(at(field) + ": must be a text");
  }

  String text(String field, String missing) {
    return has(field) ? text(field) : missing;
  }

  /// False if it is missing.
  boolean flag(String field) {
    if (fields.getOrDefault(field, false) instanceof Boolean flag) {
      return flag;
    }
    throw new IllegalArgumentException(at(field) + ": must be true or false");
  }

  Tree object(String field) {
    return of(at(field), fields.get(field));
  }

  List<Tree> objects(String field) {
    var objects = new ArrayList<Tree>();
    var elements = list(field);
    for (int i = 0; i < elements.size(); i++) {
      objects.add(of("%s[%d]".formatted(at(field), i), elements.get(i)));
    }
    return objects;
  }

  List<String> texts(String field) {
    return list(field).stream().map(element -> text(field, element)).toList();
  }

  /// Port numbers, written as numbers or as texts.
  List<Integer> ports(String field) {
    return list(field).stream().map(element -> port(field, element)).toList();
  }

  /// @throws IllegalArgumentException if it is missing too
  int port(String field) {
    return port(field, fields.get(field));
  }

  /// Of an object whose keys are data, not fields.
  Map<String, String> texts() {
    var texts = new LinkedHashMap<String, String>();
    fields.keySet().forEach(name -> texts.put(name, text(name)));
    return texts;
  }

  /// Is it a list?
  boolean isList(String field) {
    return fields.get(field) instanceof List;
  }

  /// Tells each field that is not among these.
  void onlyKnown(Set<String> known, BiConsumer<String, String> problems) {
    fields.keySet().stream()
        .filter(field -> !known.contains(field))
        .forEach(field -> problems.accept(at(Names.printable(field)), "not supported; remove it"));
  }

  private List<?> list(String field) {
    var value = fields.getOrDefault(field, List.of());
    if (value instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException(at(field) + ": must be a list");
  }

  private String text(String field, @Nullable Object element) {
    if (element instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(at(field) + ": must have texts only");
  }

  private int port(String field, @Nullable Object element) {
    var written = String.valueOf(element);
    if (written.matches("[1-9][0-9]{0,4}") && Integer.parseInt(written) <= 65_535) {
      return Integer.parseInt(written);
    }
    throw new IllegalArgumentException(at(field) + ": must be 1 to 65535");
  }
}
