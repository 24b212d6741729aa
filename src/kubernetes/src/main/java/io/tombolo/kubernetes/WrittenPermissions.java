package io.tombolo.kubernetes;

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
import java.util.function.BiConsumer;

/// Reads the `permissions` of a source: of our `Intention`, and of consul-k8s' `ServiceIntentions`.
final class WrittenPermissions {
  /// How a kind spells them.
  ///
  /// @param headers the field of the tests of headers
  /// @param paths the fields of paths; one at most is given
  /// @param values the fields of a header's value; exactly one is given
  /// @param ports may ports be given?
  record Spelling(String headers, List<String> paths, List<String> values, boolean ports) {
    static final Spelling OURS =
        new Spelling(
            "headers",
            List.of("pathExact", "pathPrefix"),
            List.of("present", "exact", "prefix", "suffix", "contains"),
            true);
    static final Spelling CONSULS =
        new Spelling(
            "header",
            List.of("pathExact", "pathPrefix", "pathRegex"),
            List.of("present", "exact", "prefix", "suffix", "contains", "regex"),
            false);

    private Set<String> ofHttp() {
      var all = new ArrayList<>(paths);
      all.add(headers);
      all.add("methods");
      if (ports) {
        all.add("ports");
      }
      return Set.copyOf(all);
    }

    private Set<String> ofHeader() {
      var all = new ArrayList<>(values);
      all.addAll(List.of("name", "invert", "ignoreCase"));
      return Set.copyOf(all);
    }
  }

  private final Spelling spelling;
  private final BiConsumer<String, String> problems;
  private final HttpMatches matches;

  /// @param problems told the field and what is wrong with it, and the way out
  WrittenPermissions(Spelling spelling, BiConsumer<String, String> problems) {
    this.spelling = spelling;
    this.problems = problems;
    this.matches = new HttpMatches(problems);
  }

  /// @param source an element of `sources`
  List<Permission> of(Tree source) {
    return source.objects("permissions").stream()
        .map(this::permission)
        .flatMap(Optional::stream)
        .toList();
  }

  private Optional<Permission> permission(Tree written) {
    written.onlyKnown(Set.of("action", "http"), problems);
    var http = written.object("http");
    http.onlyKnown(spelling.ofHttp(), problems);
    if (spelling.ofHttp().stream().noneMatch(http::has)) {
      problems.accept(
          written.at("http"), "must say at least one of " + String.join(", ", sayable()));
    }
    var conditions = new ArrayList<Condition>();
    path(http).ifPresent(conditions::add);
    matches.methods(http.at("methods"), http.texts("methods")).ifPresent(conditions::add);
    http.objects(spelling.headers()).forEach(one -> header(one).ifPresent(conditions::add));
    if (http.has("ports")) {
      conditions.add(
          Condition.anyOf(
              http.ports("ports").stream().<Condition>map(Condition.Port::new).toList()));
    }
    return action(written).map(action -> new Permission(action, Condition.allOf(conditions)));
  }

  private List<String> sayable() {
    return spelling.ofHttp().stream().sorted().toList();
  }

  private Optional<Action> action(Tree written) {
    return switch (written.text("action")) {
      case "allow" -> Optional.of(Action.ALLOW);
      case "deny" -> Optional.of(Action.DENY);
      default -> {
        problems.accept(written.at("action"), "must be allow or deny");
        yield Optional.empty();
      }
    };
  }

  private Optional<Condition> path(Tree http) {
    var given = spelling.paths().stream().filter(http::has).toList();
    if (given.size() > 1) {
      problems.accept(http.at(given.getLast()), "goes without " + given.getFirst() + "; keep one");
    }
    if (given.isEmpty()) {
      return Optional.empty();
    }
    var field = given.getFirst();
    var value = http.text(field);
    return switch (field) {
      case "pathExact" -> matches.path(http.at(field), Text.Kind.EXACT, value);
      case "pathPrefix" -> matches.path(http.at(field), Text.Kind.PREFIX, value);
      default -> matches.pathRegex(http.at(field), value);
    };
  }

  private Optional<Condition> header(Tree written) {
    written.onlyKnown(spelling.ofHeader(), problems);
    var given =
        spelling.values().stream()
            .filter(written::has)
            .filter(value -> !value.equals("present") || written.flag("present"))
            .toList();
    if (given.size() != 1) {
      problems.accept(
          written.path(), "must have exactly one of " + String.join(", ", spelling.values()));
      return Optional.empty();
    }
    var kind = given.getFirst();
    boolean ofText = !kind.equals("present") && !kind.equals("regex");
    if (written.flag("ignoreCase") && !ofText) {
      problems.accept(written.at("ignoreCase"), "goes without " + kind + "; leave it out");
    }
    return kind.equals("regex")
        ? matches.headerRegex(
            written.at(kind), written.text("name"), written.text(kind), written.flag("invert"))
        : matches.header(
            written.path(),
            written.text("name"),
            Text.Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
            ofText ? written.text(kind) : "",
            written.flag("ignoreCase"),
            written.flag("invert"));
  }
}
