package io.tombolo.consul;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.LiteralRegex;
import io.tombolo.mesh.policy.Permission;
import io.tombolo.mesh.policy.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The `Permissions` of a source of a `service-intentions` entry, as Consul means them.
final class WrittenPermissions {
  private static final String EXACT = "PathExact";
  private static final String PREFIX = "PathPrefix";
  private static final String REGEX = "PathRegex";
  private static final List<String> VALUES =
      List.of("Present", "Exact", "Prefix", "Suffix", "Contains", "Regex");
  private static final Set<String> OF_PERMISSION = Set.of("Action", "HTTP");
  private static final Set<String> OF_HTTP = Set.of(EXACT, PREFIX, REGEX, "Methods", "Header");
  private static final Set<String> OF_HEADER =
      Set.of(
          "Name",
          "Present",
          "Exact",
          "Prefix",
          "Suffix",
          "Contains",
          "Regex",
          "Invert",
          "IgnoreCase");

  private final BiConsumer<String, String> problems;

  /// @param problems told the field and what is wrong with it, and the way out
  WrittenPermissions(BiConsumer<String, String> problems) {
    this.problems = problems;
  }

  /// @param source the element of `Sources`
  List<Permission> of(Fields source) {
    return source.objects("Permissions").stream()
        .map(this::permission)
        .flatMap(Optional::stream)
        .toList();
  }

  private Optional<Permission> permission(Fields written) {
    refuseBeyond(written, OF_PERMISSION);
    var action = action(written);
    var http = written.object("HTTP");
    refuseBeyond(http, OF_HTTP);
    if (OF_HTTP.stream().noneMatch(http::has)) {
      problems.accept(written.at("HTTP"), "must say at least one of a path, Methods and Header");
    }
    var conditions = new ArrayList<Condition>();
    path(http).ifPresent(conditions::add);
    methods(http).ifPresent(conditions::add);
    http.objects("Header").forEach(header -> header(header).ifPresent(conditions::add));
    return Optional.ofNullable(action)
        .map(decided -> new Permission(decided, Condition.allOf(conditions)));
  }

  private @Nullable Action action(Fields written) {
    return switch (written.text("Action")) {
      case "allow" -> Action.ALLOW;
      case "deny" -> Action.DENY;
      default -> {
        problems.accept(written.at("Action"), "must be \"allow\" or \"deny\"");
        yield null;
      }
    };
  }

  private Optional<Condition> path(Fields http) {
    var given = List.of(EXACT, PREFIX, REGEX).stream().filter(http::has).toList();
    if (given.size() > 1) {
      problems.accept(http.at(given.getLast()), "goes without " + given.getFirst() + "; keep one");
    }
    if (given.isEmpty()) {
      return Optional.empty();
    }
    var field = given.getFirst();
    var value = http.text(field);
    if (field.equals(REGEX)) {
      return regex(http.at(field), value, Condition.Path::new);
    }
    if (!value.startsWith("/")) {
      problems.accept(http.at(field), "must start with /");
    }
    return checked(
        http.at(field),
        () -> new Condition.Path(field.equals(EXACT) ? Text.exact(value) : Text.prefix(value)));
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

  private Optional<Condition> methods(Fields http) {
    var seen = new HashSet<String>();
    var conditions = new ArrayList<Condition>();
    for (var method : http.texts("Methods")) {
      var upper = method.toUpperCase(Locale.ROOT);
      if (!seen.add(upper)) {
        problems.accept(http.at("Methods"), "has " + Names.printable(upper) + " twice; keep one");
      }
      checked(http.at("Methods"), () -> new Condition.Method(upper)).ifPresent(conditions::add);
    }
    return conditions.isEmpty() ? Optional.empty() : Optional.of(Condition.anyOf(conditions));
  }

  private Optional<Condition> header(Fields written) {
    refuseBeyond(written, OF_HEADER);
    var given = VALUES.stream().filter(written::has).toList();
    if (given.size() != 1) {
      problems.accept(written.at("Name"), "must come with one of " + String.join(", ", VALUES));
      return Optional.empty();
    }
    var kind = given.getFirst();
    var name = written.text("Name");
    boolean inverted = written.has("Invert");
    boolean ignoreCase = written.has("IgnoreCase");
    if (ignoreCase && (kind.equals("Present") || kind.equals("Regex"))) {
      problems.accept(written.at("IgnoreCase"), "goes without " + kind + "; leave it out");
    }
    if (kind.equals("Regex")) {
      return regex(written.at(kind), written.text(kind), text -> new Condition.Header(name, text))
          .map(any -> inverted ? otherThan(name, any) : any);
    }
    return checked(
        written.at("Name"),
        () ->
            kind.equals("Present")
                ? present(name, inverted)
                : new Condition.Header(name, text(kind, written.text(kind), ignoreCase), inverted));
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

  private static Text text(String kind, String value, boolean ignoreCase) {
    return new Text(Text.Kind.valueOf(kind.toUpperCase(Locale.ROOT)), value, ignoreCase);
  }

  private Optional<Condition> checked(String field, Supplier<Condition> condition) {
    try {
      return Optional.of(condition.get());
    } catch (IllegalArgumentException bad) {
      problems.accept(field, String.valueOf(bad.getMessage()));
      return Optional.empty();
    }
  }

  private void refuseBeyond(Fields fields, Set<String> known) {
    for (var field : fields.beyond(known)) {
      problems.accept(fields.at(Names.printable(field)), "is not known to permissions; remove it");
    }
  }
}
