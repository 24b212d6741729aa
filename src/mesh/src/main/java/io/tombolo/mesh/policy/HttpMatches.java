package io.tombolo.mesh.policy;

import io.tombolo.mesh.catalog.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// Makes conditions of paths, methods and headers as they are written in several dialects. What is
/// wrong is told with its field and the way out.
public final class HttpMatches {
  private final BiConsumer<String, String> problems;

  /// @param problems told the field and what is wrong with it, and the way out
  public HttpMatches(BiConsumer<String, String> problems) {
    this.problems = problems;
  }

  /// @param kind exact or prefix
  public Optional<Condition> path(String field, Text.Kind kind, String value) {
    if (!value.startsWith("/")) {
      problems.accept(field, "must start with /");
    }
    return checked(field, () -> new Condition.Path(new Text(kind, value, false)));
  }

  /// @param regex of the whole path
  public Optional<Condition> pathRegex(String field, String regex) {
    return regex(field, regex, Condition.Path::new);
  }

  /// One of them; empty if none is written.
  public Optional<Condition> methods(String field, List<String> methods) {
    var seen = new HashSet<String>();
    var conditions =
        methods.stream()
            .flatMap(method -> {
              var upper = method.toUpperCase(Locale.ROOT);
              if (!seen.add(upper)) {
                problems.accept(field, "has " + Names.printable(upper) + " twice; keep one");
              }
              return checked(field, () -> new Condition.Method(upper)).stream();
            })
            .toList();
    return conditions.isEmpty() ? Optional.empty() : Optional.of(Condition.anyOf(conditions));
  }

  /// @param value what is looked for; nothing if the header only has to be there
  public Optional<Condition> header(
      String field,
      String name,
      Text.Kind kind,
      String value,
      boolean ignoreCase,
      boolean inverted) {
    return checked(
        field,
        () ->
            kind == Text.Kind.PRESENT
                ? present(name, inverted)
                : new Condition.Header(name, new Text(kind, value, ignoreCase), inverted));
  }

  /// @param regex of the whole value
  public Optional<Condition> headerRegex(
      String field, String name, String regex, boolean inverted) {
    return regex(field, regex, text -> new Condition.Header(name, text))
        .map(any -> inverted ? otherThan(name, any) : any);
  }

  private Optional<Condition> regex(
      String field, String regex, Function<Text, Condition> condition) {
    var texts = LiteralRegex.of(regex);
    if (texts.isEmpty()) {
      problems.accept(
          field,
          "must be literal text, with (a|b), x? and .* at its ends only; write exact texts and"
              + " prefixes, for patterns are not handed to proxies");
      return Optional.empty();
    }
    return checked(field, () -> Condition.anyOf(texts.get().stream().map(condition).toList()));
  }

  private static Condition present(String name, boolean inverted) {
    var there = new Condition.Header(name, Text.PRESENT);
    return inverted ? Condition.not(there) : there;
  }

  private static Condition otherThan(String name, Condition any) {
    return any instanceof Condition.Header(var _, var test, var _)
            && test.kind() != Text.Kind.PRESENT
        ? new Condition.Header(name, test, true)
        : Condition.allOf(new Condition.Header(name, Text.PRESENT), Condition.not(any));
  }

  private Optional<Condition> checked(String field, Supplier<Condition> condition) {
    try {
      return Optional.of(condition.get());
    } catch (IllegalArgumentException bad) {
      problems.accept(field, String.valueOf(bad.getMessage()));
      return Optional.empty();
    }
  }
}
