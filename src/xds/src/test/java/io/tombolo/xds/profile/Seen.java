package io.tombolo.xds.profile;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A request as it reached an application.
///
/// @param application the service whose application it is
/// @param fields without pseudo-headers; `host` is what `:authority` says in HTTP/2
record Seen(String application, String method, String path, List<Field> fields) {
  Seen {
    fields = List.copyOf(fields);
  }

  /// The values of all headers of this name.
  List<String> all(String name) {
    return fields.stream().filter(field -> field.is(name)).map(Field::value).toList();
  }

  /// The values of all headers that an application takes for one of this name where it makes
  /// variables of them, as CGI does: `-` and `_` are the same.
  List<String> folded(String name) {
    return fields.stream()
        .filter(field -> field.name().replace('_', '-').strip().equalsIgnoreCase(name))
        .map(Field::value)
        .toList();
  }

  /// As the body of a response.
  String text() {
    return Stream.concat(
            Stream.of(application, method, path),
            fields.stream().map(field -> field.name() + ":" + field.value()))
        .collect(Collectors.joining("\n"));
  }

  static Seen of(String text) {
    var lines = text.split("\n", -1);
    return new Seen(
        lines[0], lines[1], lines[2], Stream.of(lines).skip(3).map(Seen::field).toList());
  }

  private static Field field(String line) {
    int colon = line.indexOf(':');
    return new Field(line.substring(0, colon), line.substring(colon + 1));
  }
}
