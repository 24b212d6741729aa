package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.mesh.catalog.Names;
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

  /// Long text from outside, made printable piece by piece.
  static String printable(String text) {
    var safe = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), 2000); i += 10) {
      safe.append(Names.printable(text.substring(i, Math.min(i + 10, text.length()))));
    }
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
