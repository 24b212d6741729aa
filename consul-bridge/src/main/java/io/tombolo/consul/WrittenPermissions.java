package io.tombolo.consul;

import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.HttpMatches;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Permission;
import io.tombolo.mesh.policy.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The `Permissions` of a source of a `service-intentions` entry, as Consul means them.
final class WrittenPermissions {
  private static final String EXACT = "PathExact";
  private static final String PREFIX = "PathPrefix";
  private static final String REGEX = "PathRegex";
  private static final List<String> VALUES =
      List.of("Present", "Exact", "Prefix", "Suffix", "Contains", "Regex");
  private static final Set<String> OF_PERMISSION = Set.of("Action", "HTTP", "JWT");
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

  private final Problems problems;
  private final HttpMatches matches;
  private final WrittenTokens tokens;

  WrittenPermissions(Problems problems) {
    this.problems = problems;
    this.matches = new HttpMatches(problems::add);
    this.tokens = new WrittenTokens(problems);
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
      problems.add(written.at("HTTP"), "must say at least one of a path, Methods and Header");
    }
    var conditions = new ArrayList<Condition>();
    path(http).ifPresent(conditions::add);
    matches.methods(http.at("Methods"), http.texts("Methods")).ifPresent(conditions::add);
    http.objects("Header").forEach(header -> header(header).ifPresent(conditions::add));
    conditions.add(tokens.of(written));
    return Optional.ofNullable(action)
        .map(decided -> new Permission(decided, Condition.allOf(conditions)));
  }

  private @Nullable Action action(Fields written) {
    return switch (written.text("Action")) {
      case "allow" -> Action.ALLOW;
      case "deny" -> Action.DENY;
      default -> {
        problems.add(written.at("Action"), "must be \"allow\" or \"deny\"");
        yield null;
      }
    };
  }

  private Optional<Condition> path(Fields http) {
    var given = List.of(EXACT, PREFIX, REGEX).stream().filter(http::has).toList();
    if (given.size() > 1) {
      problems.add(http.at(given.getLast()), "goes without " + given.getFirst() + "; keep one");
    }
    if (given.isEmpty()) {
      return Optional.empty();
    }
    var field = given.getFirst();
    var value = http.text(field);
    return switch (field) {
      case REGEX -> matches.pathRegex(http.at(field), value);
      case EXACT -> matches.path(http.at(field), Text.Kind.EXACT, value);
      default -> matches.path(http.at(field), Text.Kind.PREFIX, value);
    };
  }

  private Optional<Condition> header(Fields written) {
    refuseBeyond(written, OF_HEADER);
    var given = VALUES.stream().filter(written::has).toList();
    if (given.size() != 1) {
      problems.add(written.at("Name"), "must come with one of " + String.join(", ", VALUES));
      return Optional.empty();
    }
    var kind = given.getFirst();
    var name = written.text("Name");
    boolean inverted = written.has("Invert");
    boolean ignoreCase = written.has("IgnoreCase");
    if (ignoreCase && (kind.equals("Present") || kind.equals("Regex"))) {
      problems.add(written.at("IgnoreCase"), "goes without " + kind + "; leave it out");
    }
    return kind.equals("Regex")
        ? matches.headerRegex(written.at(kind), name, written.text(kind), inverted)
        : matches.header(
            written.at("Name"),
            name,
            Text.Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
            kind.equals("Present") ? "" : written.text(kind),
            ignoreCase,
            inverted);
  }

  private void refuseBeyond(Fields fields, Set<String> known) {
    problems.refuseBeyond(fields, known, _ -> "is not known to permissions; remove it");
  }
}
