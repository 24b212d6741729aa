package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.mesh.catalog.Names;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The fields of a JSON object as Consul itself reads them: `ServiceName`, `service_name` and
/// `servicename` are one field, and null is as good as missing.
///
/// Whatever is not as expected is an `IllegalArgumentException` that names the field.
final class Fields {
  private final String path;
  private final Map<String, JsonNode> byName = new HashMap<>();

  private Fields(String path, @Nullable JsonNode object) {
    this.path = path;
    if (object == null || object.isNull()) {
      return;
    }
    if (!object.isObject()) {
      throw new IllegalArgumentException(name() + " must be an object");
    }
    object
        .properties()
        .forEach(field -> {
          if (!field.getValue().isNull()
              && byName.put(plain(field.getKey()), field.getValue()) != null) {
            throw new IllegalArgumentException(
                at(Names.printable(field.getKey())) + ": written twice; keep one");
          }
        });
  }

  /// @param path how to call the object in messages, or empty for the whole document
  static Fields of(String path, @Nullable JsonNode object) {
    return new Fields(path, object);
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace("_", "");
  }

  private String name() {
    return path.isEmpty() ? "the document" : path;
  }

  /// A field's name with the way to it.
  String at(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  @Nullable JsonNode get(String field) {
    return byName.get(plain(field));
  }

  /// Is it there, and neither empty nor false?
  boolean has(String field) {
    var value = get(field);
    return value != null
        && !(value.isContainerNode() && value.isEmpty())
        && !(value.isTextual() && value.textValue().isEmpty())
        && !(value.isBoolean() && !value.booleanValue());
  }

  /// The fields that say something and are not among these (given in Consul's spelling).
  List<String> beyond(Set<String> known) {
    var plain = known.stream().map(Fields::plain).toList();
    return byName.keySet().stream().filter(f -> !plain.contains(f) && has(f)).sorted().toList();
  }

  String text(String field, String missing) {
    var value = get(field);
    if (value == null) {
      return missing;
    }
    if (!value.isTextual()) {
      throw new IllegalArgumentException(at(field) + " must be a text");
    }
    return value.textValue();
  }

  String text(String field) {
    return text(field, "");
  }

  int number(String field, int missing) {
    var value = get(field);
    if (value == null) {
      return missing;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw new IllegalArgumentException(at(field) + " must be a whole number");
    }
    return value.intValue();
  }

  Fields object(String field) {
    return new Fields(at(field), get(field));
  }

  List<Fields> objects(String field) {
    var objects = new ArrayList<Fields>();
    var elements = list(field);
    for (int i = 0; i < elements.size(); i++) {
      objects.add(new Fields("%s[%d]".formatted(at(field), i), elements.get(i)));
    }
    return objects;
  }

  List<String> texts(String field) {
    return list(field).stream().map(element -> requireText(field, element)).toList();
  }

  /// An object whose keys are data and not fields.
  Map<String, JsonNode> entries(String field) {
    var value = get(field);
    if (value == null) {
      return Map.of();
    }
    if (!value.isObject()) {
      throw new IllegalArgumentException(at(field) + " must be an object");
    }
    var entries = new LinkedHashMap<String, JsonNode>();
    value.properties().forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
    return entries;
  }

  Map<String, String> textEntries(String field) {
    var entries = new LinkedHashMap<String, String>();
    entries(field).forEach((key, value) -> entries.put(key, requireText(field, value)));
    return entries;
  }

  private List<JsonNode> list(String field) {
    var value = get(field);
    if (value == null) {
      return List.of();
    }
    if (!value.isArray()) {
      throw new IllegalArgumentException(at(field) + " must be a list");
    }
    return value.valueStream().toList();
  }

  private String requireText(String field, JsonNode value) {
    if (!value.isTextual()) {
      throw new IllegalArgumentException(at(field) + " must have texts only");
    }
    return value.textValue();
  }
}
