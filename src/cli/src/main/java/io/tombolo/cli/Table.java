package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/// Text in columns as wide as their widest cell.
public final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  private Table(List<String> heading) {
    rows.add(heading);
  }

  public static Table of(String... heading) {
    return new Table(List.of(heading));
  }

  /// Cells are printed as they are: what comes from outside must be printable.
  public Table row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  public boolean isEmpty() {
    return rows.size() == 1;
  }

  /// The text of a field, printable; `-` if it is null or not there.
  static String text(JsonNode object, String field) {
    var value = object.path(field);
    return value.isMissingNode() || value.isNull() ? "-" : printable(value.asText());
  }

  /// Text from outside, fit for a terminal: control characters and non-ASCII escaped, at most 2000
  /// characters of it.
  static String printable(String text) {
    var safe = new StringBuilder();
    text.chars()
        .limit(2000)
        .forEach(c -> {
          if (c >= ' ' && c < 127) {
            safe.append((char) c);
          } else {
            safe.append("\\u%04x".formatted(c));
          }
        });
    return safe.toString();
  }

  /// The texts of a list, separated by commas.
  static String joined(JsonNode list) {
    return String.join(
        ", ",
        StreamSupport.stream(list.spliterator(), false).map(e -> printable(e.asText())).toList());
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    for (var row : rows) {
      var line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        line.append(row.get(column));
        line.repeat(' ', width(column) - row.get(column).length() + 2);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private int width(int column) {
    return rows.stream()
        .filter(row -> row.size() > column)
        .mapToInt(row -> row.get(column).length())
        .max()
        .orElse(0);
  }
}
