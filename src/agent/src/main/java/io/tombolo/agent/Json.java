package io.tombolo.agent;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Writes JSON from maps, lists, strings, numbers and booleans.
final class Json {
  private static final String STEP = "  ";

  private Json() {}

  /// An object whose fields keep their order: name, value, name, value.
  static Map<String, Object> object(Object... fields) {
    var object = new LinkedHashMap<String, Object>();
    for (int i = 0; i < fields.length; i += 2) {
      object.put((String) fields[i], fields[i + 1]);
    }
    return object;
  }

  static String write(Object value) {
    return write(value, "\n") + "\n";
  }

  private static String write(Object value, String margin) {
    return switch (value) {
      case Map<?, ?> map ->
          joined(
              "{",
              "}",
              margin,
              map.entrySet().stream()
                  .map(e ->
                      quoted(e.getKey().toString()) + ": " + write(e.getValue(), margin + STEP))
                  .toList());
      case List<?> list ->
          joined("[", "]", margin, list.stream().map(one -> write(one, margin + STEP)).toList());
      case Number number -> number.toString();
      case Boolean flag -> flag.toString();
      default -> quoted(value.toString());
    };
  }

  private static String joined(String open, String close, String margin, List<String> parts) {
    return parts.isEmpty()
        ? open + close
        : parts.stream()
            .collect(Collectors.joining("," + margin + STEP, open + margin + STEP, margin + close));
  }

  private static String quoted(String text) {
    var quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
