package io.tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The lists of what specifications demand, in docs/: each line names a test, and each test that is
/// named is there.
@Tag("identity")
class SpecificationsTest {
  private static final String BEGIN = ", and the test that shows it\n";
  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

  /// `SomeTest`, `SomeTest.a_method`, or `a_method` alone: then it is of a class that the line
  /// names, or the head of the table. What `...` stands for is not written.
  private static final Pattern NAME =
      Pattern.compile("(?<type>[A-Z]\\w*(?:Test|IT))?\\.?(?<method>(?:[a-z0-9]+_){2,}[\\w.]*)?");

  private static final Pattern TEST =
      Pattern.compile(
          "@(?:Test|ParameterizedTest|FuzzTest)\\b(?:(?!\\bvoid\\b).)*\\bvoid\\s+(\\w+)\\s*\\(",
          Pattern.DOTALL);

  private static final Map<String, Set<String>> TESTS = tests(root().resolve("src"));

  private static Path root() {
    var directory = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(directory.resolve("docs"))) {
      directory = Objects.requireNonNull(directory.getParent(), "docs/ is nowhere above");
    }
    return directory;
  }

  /// The methods that are tests, by the class.
  private static Map<String, Set<String>> tests(Path sources) {
    var tests = new TreeMap<String, Set<String>>();
    try (var files = Files.walk(sources)) {
      files
          .filter(file -> file.toString().matches(".*/src/test/java/.*(Test|IT)\\.java"))
          .forEach(file -> {
            var name = file.getFileName().toString().replace(".java", "");
            var methods = tests.computeIfAbsent(name, _ -> new HashSet<>());
            TEST.matcher(text(file)).results().forEach(test -> methods.add(test.group(1)));
          });
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return tests;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /// Reads a list from top to bottom.
  private static final class Reader {
    private final List<String> wrong = new ArrayList<>();
    private int lines;
    private int named;
    private String heading = "";
    private final Set<String> types = new HashSet<>();

    /// @param below the line after it
    void line(String text, String below) {
      boolean inTable = text.startsWith("| ");
      boolean head = inTable && below.startsWith("|---");
      int before = named;
      types.clear();
      if (!head) {
        types.add(heading);
      }
      for (var quoted : QUOTED.matcher(text).results().toList()) {
        name(quoted.group(1));
      }
      if (head) {
        heading = types.isEmpty() ? "" : types.iterator().next();
      } else if (inTable) {
        lines++;
        if (before == named && !text.contains("| none: ")) {
          wrong.add("names no test: " + text);
        }
      }
    }

    private void name(String text) {
      var name = NAME.matcher(text);
      if (text.isEmpty() || !name.matches()) {
        return;
      }
      named++;
      var type = name.group("type");
      if (type != null) {
        types.add(type);
        if (!TESTS.containsKey(type)) {
          wrong.add("no such class: " + type);
        }
      }
      var method = name.group("method");
      if (method != null && !found(type == null ? types : Set.of(type), method)) {
        wrong.add("no such test: " + text);
      }
    }

    private static boolean found(Set<String> types, String method) {
      var like = Pattern.compile(method.replaceAll("\\.{3}", "\\\\w*")).asMatchPredicate();
      return types.stream()
          .flatMap(type -> TESTS.getOrDefault(type, Set.of()).stream())
          .anyMatch(like);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"spiffe.md", "using/workload-api.md", "using/federation.md"})
  void every_line_names_a_test_and_every_test_is_there(String document) {
    var text = text(root().resolve("docs").resolve(document));
    assertThat(text).containsOnlyOnce(BEGIN);
    var reader = new Reader();
    var lines = text.substring(text.indexOf(BEGIN)).lines().toList();
    for (int i = 0; i < lines.size() - 1; i++) {
      reader.line(lines.get(i), lines.get(i + 1));
    }

    assertThat(reader.wrong).isEmpty();
    assertThat(reader.lines).isGreaterThan(15);
    assertThat(reader.named).isGreaterThanOrEqualTo(reader.lines);
  }
}
