package io.tombolo.xds.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.LongStream;

/// A table of docs/using/http-profile.md that a test has measured. `-Dgolden=write` writes it.
final class Measured {
  private static final Path PAGE = Path.of("../../docs/using/http-profile.md");

  private final String name;
  private final StringBuilder table = new StringBuilder();

  /// @param name of the table in comments of the page
  Measured(String name, List<String> columns) {
    this.name = name;
    table.append("| ").append(String.join(" | ", columns)).append(" |\n|");
    table.append("---|".repeat(columns.size())).append('\n');
  }

  /// What is about a class of requests, if some of them got through.
  void row(String kind, long all, long... through) {
    if (LongStream.of(through).sum() > 0) {
      var cells = new StringJoiner(" | ", "| ", " |\n").add(kind).add(Long.toString(all));
      LongStream.of(through).mapToObj(Long::toString).forEach(cells::add);
      table.append(cells);
    }
  }

  void isDocumented() throws IOException {
    var begin = "<!-- measured: %s -->\n".formatted(name);
    var end = "<!-- end: %s -->\n".formatted(name);
    var page = Files.readString(PAGE);
    if ("write".equals(System.getProperty("golden"))) {
      page =
          page.substring(0, page.indexOf(begin) + begin.length())
              + table
              + page.substring(page.indexOf(end));
      Files.writeString(PAGE, page);
    }
    assertThat(page)
        .as("the page; write it with ./mvnw -pl src/xds -am verify -Dgolden=write")
        .contains(begin + table + end);
  }
}
