package io.tombolo.kubernetes;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/// Reads which requests a rule of an `AuthorizationPolicy` of Istio is about, for one destination.
///
/// @param called the destination
/// @param denies are they denied? Then they are, where it is not known to which port of a pod a
///   port of the service leads.
/// @param problems told the field and what is wrong with it, and the way out
record IstioRequests(
    Called called, boolean denies, IstioSources sources, BiConsumer<String, String> problems) {
  private static final Set<String> FIELDS = Set.of("hosts", "ports", "methods", "paths");
  private static final String HEADER = "request.headers[";

  /// What an `operation` says.
  Condition operation(Tree operation) {
    var conditions = new ArrayList<Condition>();
    for (var field : operation.fields().keySet()) {
      var plain = plain(field);
      if (!FIELDS.contains(plain)) {
        problems.accept(operation.at(Names.printable(field)), "not supported; remove it");
        continue;
      }
      conditions.add(listed(operation, field, !plain.equals(field), value(plain)));
    }
    return Condition.allOf(conditions);
  }

  /// What a condition of `when` says.
  Condition when(Tree when) {
    when.onlyKnown(Set.of("key", "values", "notValues"), problems);
    if (!when.has("values") && !when.has("notValues")) {
      problems.accept(when.at("values"), "missing; name at least one");
    }
    var of = keyed(when);
    var conditions = new ArrayList<Condition>();
    for (var field : List.of("values", "notValues")) {
      if (when.has(field)) {
        conditions.add(listed(when, field, field.equals("notValues"), of));
      }
    }
    return Condition.allOf(conditions);
  }

  /// How a value is read.
  private interface Value {
    /// @param inDoubt the answer where it is not known
    Condition of(String field, String value, boolean inDoubt);
  }

  private Condition listed(Tree tree, String field, boolean negated, Value value) {
    var written = tree.texts(field);
    if (written.isEmpty()) {
      problems.accept(tree.at(field), "is empty; leave it out or name at least one");
    }
    var any =
        Condition.anyOf(
            written.stream()
                .map(one -> checked(tree.at(field), one, denies != negated, value))
                .toList());
    return negated ? Condition.not(any) : any;
  }

  private Condition checked(String field, String written, boolean inDoubt, Value value) {
    try {
      return value.of(field, written, inDoubt);
    } catch (IllegalArgumentException bad) {
      problems.accept(field, String.valueOf(bad.getMessage()));
      return Condition.never();
    }
  }

  private static String plain(String field) {
    return field.length() > 3 && field.startsWith("not")
        ? Character.toLowerCase(field.charAt(3)) + field.substring(4)
        : field;
  }

  private Value value(String field) {
    return switch (field) {
      case "hosts" -> (_, value, _) -> header("host", value, true);
      case "ports" -> (_, value, inDoubt) -> port(value, inDoubt);
      case "methods" -> (_, value, _) -> method(value);
      default -> (_, value, _) -> path(value);
    };
  }

  private Value keyed(Tree when) {
    var key = when.text("key");
    if (key.startsWith(HEADER) && key.endsWith("]")) {
      var name = key.substring(HEADER.length(), key.length() - 1);
      return (_, value, _) -> header(name, value, false);
    }
    return switch (key) {
      case "source.principal" -> like("principals");
      case "source.namespace" -> like("namespaces");
      case "destination.port" -> (_, value, inDoubt) -> port(value, inDoubt);
      default -> {
        problems.accept(
            when.at("key"),
            "%s is not supported; request.headers[...], source.principal, source.namespace and"
                    .formatted(Names.printable(key))
                + " destination.port are");
        yield (_, _, _) -> Condition.never();
      }
    };
  }

  private Value like(String sourceField) {
    return (field, value, _) ->
        sources.condition(field, sourceField, value).orElse(Condition.never());
  }

  private Condition port(String value, boolean inDoubt) {
    if (!value.matches("[1-9][0-9]{0,4}") || Integer.parseInt(value) > 65_535) {
      throw new IllegalArgumentException("must be 1 to 65535");
    }
    return called.at(Integer.parseInt(value), inDoubt);
  }

  private static Condition method(String value) {
    if (value.equals("*")) {
      return new Condition.Path(Text.PRESENT);
    }
    if (value.contains("*")) {
      throw new IllegalArgumentException("must be * or whole methods");
    }
    return new Condition.Method(value);
  }

  private static Condition path(String value) {
    if (value.contains("{")) {
      throw new IllegalArgumentException(
          "templates are not supported; write exact paths, or prefixes and suffixes with one *");
    }
    return new Condition.Path(glob(value, false));
  }

  private static Condition header(String name, String value, boolean ignoreCase) {
    return new Condition.Header(name, glob(value, ignoreCase));
  }

  /// `*`, `*suffix`, `prefix*` or the whole text.
  private static Text glob(String value, boolean ignoreCase) {
    if (value.equals("*")) {
      return Text.PRESENT;
    }
    boolean suffix = value.startsWith("*");
    boolean prefix = value.endsWith("*");
    var literal = value.substring(suffix ? 1 : 0, value.length() - (prefix ? 1 : 0));
    if ((suffix && prefix) || literal.contains("*")) {
      throw new IllegalArgumentException(
          "\"%s\" must have one * only, at its start or its end".formatted(Names.printable(value)));
    }
    return new Text(
        suffix ? Text.Kind.SUFFIX : prefix ? Text.Kind.PREFIX : Text.Kind.EXACT,
        literal,
        ignoreCase);
  }
}
