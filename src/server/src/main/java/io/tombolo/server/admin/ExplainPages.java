package io.tombolo.server.admin;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.explanation.Change;
import io.tombolo.mesh.policy.explanation.Explanation;
import io.tombolo.mesh.policy.explanation.Opposite;
import io.tombolo.mesh.policy.explanation.Opposites;
import io.tombolo.mesh.policy.explanation.Step;
import io.tombolo.mesh.policy.explanation.Step.Outcome;
import io.tombolo.server.ports.Connections;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Explanations as JSON.
final class ExplainPages {
  /// @param exempt is it let in although the rules say otherwise, for they are not enforced? Then
  ///   the opposites are of what they say.
  /// @param rule null if no rule decided
  /// @param rules those about the caller, or all, in the order in which they are tried
  /// @param aboutOthers how many rules are about other callers only
  /// @param opposites what would make the answer the other one; each was tried
  /// @param elsewhere what is decided at workloads of other identities, where it is not the same
  /// @param paths empty if it is not known where the caller runs, or nobody serves
  record ExplanationPage(
      String source,
      String destination,
      int port,
      String protocol,
      boolean allowed,
      boolean exempt,
      @Nullable String rule,
      String text,
      List<RulePage> rules,
      long aboutOthers,
      List<OppositePage> opposites,
      List<ElsewherePage> elsewhere,
      Enforcers.EnforcementPage enforcement,
      List<NetworkPaths.PathPage> paths) {}

  /// @param rule its name at proxies
  /// @param outcome `decides`, `late`, `unmet`, `other-port`, `other-workload` or `other-caller`
  /// @param why the outcome, in words
  record RulePage(
      String rule, String action, int precedence, String text, String outcome, String why) {}

  /// @param changes what would have to be otherwise, all of it
  /// @param write an object or a part of one that is one of the changes; null if none is
  /// @param how what is to be done with it
  record OppositePage(
      List<String> changes,
      boolean allowed,
      @Nullable String rule,
      String text,
      @Nullable String write,
      @Nullable String how) {}

  record ElsewherePage(String identity, boolean allowed, @Nullable String rule, String text) {}

  private final AskedRequest asked;
  private final Explanation explanation;
  private final WrittenFor written;

  private ExplainPages(AskedRequest asked) {
    this.asked = asked;
    this.explanation = asked.explained();
    this.written = WrittenFor.of(asked);
  }

  /// @param all also rules about other callers?
  static ExplanationPage of(AskedRequest asked, Connections connections, boolean all) {
    return new ExplainPages(asked).page(connections, all);
  }

  private ExplanationPage page(Connections connections, boolean all) {
    var decision = explanation.decision();
    return new ExplanationPage(
        asked.request().caller().toString(),
        asked.service().id().toString(),
        asked.port().number(),
        asked.port().protocol().name().toLowerCase(Locale.ROOT),
        explanation.situation().allowed(),
        explanation.exempt(),
        AdminResource.rule(decision),
        AdminResource.why(explanation),
        explanation.steps().stream()
            .filter(step -> all || !isAboutOthers(step))
            .map(this::rule)
            .toList(),
        explanation.steps().stream().filter(ExplainPages::isAboutOthers).count(),
        Opposites.of(explanation, asked.port().protocol().isHttp(), written::intention).stream()
            .map(this::opposite)
            .toList(),
        elsewhere(),
        Enforcers.of(asked, connections.known(asked.mesh())),
        NetworkPaths.of(asked, connections.all()));
  }

  private static boolean isAboutOthers(Step step) {
    return step.outcome() instanceof Outcome.OtherCaller;
  }

  private RulePage rule(Step step) {
    var rule = step.rule();
    return new RulePage(
        rule.name(),
        rule.action().name().toLowerCase(Locale.ROOT),
        rule.intention().precedence(),
        rule.why(),
        switch (step.outcome()) {
          case Outcome.Decides() -> "decides";
          case Outcome.Late() -> "late";
          case Outcome.Unmet _ -> "unmet";
          case Outcome.OtherPort() -> "other-port";
          case Outcome.OtherWorkload() -> "other-workload";
          case Outcome.OtherCaller() -> "other-caller";
        },
        step.outcome() + blunt(step));
  }

  /// Why a rule on requests matches where there are none.
  private String blunt(Step step) {
    boolean matches =
        step.outcome() instanceof Outcome.Decides || step.outcome() instanceof Outcome.Late;
    return matches && !asked.port().protocol().isHttp() && step.rule().intention().ofRequests()
        ? "; requests are not understood on this port, so it denies whoever it is about"
        : "";
  }

  private List<ElsewherePage> elsewhere() {
    return asked.byWorkload().entrySet().stream()
        .filter(one -> !one.getValue().decision().equals(explanation.decision()))
        .map(one -> {
          var decision = one.getValue().decision();
          return new ElsewherePage(
              one.getKey().toString(),
              one.getValue().situation().allowed(),
              AdminResource.rule(decision),
              AdminResource.why(one.getValue()));
        })
        .toList();
  }

  private OppositePage opposite(Opposite opposite) {
    boolean writes =
        opposite.changes().stream()
            .anyMatch(
                change -> change instanceof Change.With(var intention) && isAllowing(intention));
    return new OppositePage(
        opposite.changes().stream().map(this::words).toList(),
        explanation.exempt() || !explanation.situation().allowed(),
        AdminResource.rule(opposite.then()),
        AdminResource.why(asked.request().caller(), opposite.then()),
        writes ? written.allowing() : null,
        writes ? written.how() : null);
  }

  private static boolean isAllowing(Intention intention) {
    return intention.otherwise() == Intention.Otherwise.ALLOW;
  }

  private String words(Change change) {
    return switch (change) {
      case Change.Asking(var request) -> "asked " + String.join(", ", differences(request));
      case Change.Without(var intention) -> "without " + intention;
      case Change.With(var intention) ->
          "with an intention %s -> %s %s"
              .formatted(intention.source(), intention.destination(), intention.effect());
      case Change.Unbanned() -> "not banned (tombolo unban %s)".formatted(asked.request().caller());
    };
  }

  /// In what a request differs from the one that is asked about.
  private List<String> differences(Request other) {
    var then = Objects.requireNonNull(other.http());
    var now = asked.request().http();
    var all = new ArrayList<String>();
    if (now == null || !now.method().equals(then.method()) || !now.path().equals(then.path())) {
      all.add("%s %s".formatted(then.method(), Names.printable(then.path())));
    }
    differing(now == null ? Map.of() : now.headers(), then.headers())
        .forEach((name, values) ->
            all.add(
                values.isEmpty()
                    ? "without header " + name
                    : "with header %s: %s".formatted(name, shown(values))));
    then.claims()
        .forEach((provider, claims) ->
            differing(
                    now == null ? Map.of() : now.claims().getOrDefault(provider, Map.of()), claims)
                .forEach((path, values) ->
                    all.add(
                        values.isEmpty()
                            ? "without claim %s of %s".formatted(String.join("/", path), provider)
                            : "with claim %s of %s: %s"
                                .formatted(String.join("/", path), provider, shown(values)))));
    return all;
  }

  private static String shown(List<String> values) {
    return Names.printable(String.join(", ", values));
  }

  /// What is not as it was; empty lists are gone.
  private static <K> Map<K, List<String>> differing(
      Map<K, List<String>> now, Map<K, List<String>> then) {
    var all = new LinkedHashMap<K, List<String>>();
    now.keySet().forEach(key -> all.put(key, List.of()));
    all.putAll(then);
    all.entrySet().removeIf(one -> one.getValue().equals(now.get(one.getKey())));
    return all;
  }
}
