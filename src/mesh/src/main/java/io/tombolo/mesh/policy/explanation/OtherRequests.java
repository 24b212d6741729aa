package io.tombolo.mesh.policy.explanation;

import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.Rule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/// Looks for requests of the same caller that are decided otherwise: by making rules that would
/// decide so match, and rules in their way not.
final class OtherRequests {
  /// No more are tried.
  private static final int MOST = 300;

  private final Situation before;
  private final Request from;
  private final boolean allowed;
  private final List<Rule> wanted;
  private final Map<Decision, Request> found = new LinkedHashMap<>();

  private OtherRequests(Situation before) {
    this.before = before;
    this.from = Edits.understood(before.request());
    this.allowed = before.decision().allowed();
    var action = allowed ? Action.DENY : Action.ALLOW;
    this.wanted =
        before.policy().rules().stream()
            .filter(rule -> rule.action() == action && rule.concerns(from))
            .toList();
  }

  /// One for each way to be decided otherwise; those that change least first.
  static List<Request> than(Situation before) {
    return new OtherRequests(before).all();
  }

  private List<Request> all() {
    Set<Request> seen = new HashSet<>();
    var open = new ArrayDeque<>(List.of(from));
    while (!open.isEmpty() && seen.size() < MOST) {
      var request = open.remove();
      if (seen.add(request)) {
        var decision = before.with(request).decision();
        if (decision.allowed() != allowed) {
          found.merge(decision, request, (one, other) -> cost(one) <= cost(other) ? one : other);
        } else {
          next(request, decision).forEach(open::add);
        }
      }
    }
    var all = new ArrayList<>(found.values());
    all.sort(Comparator.comparingInt(this::cost));
    return all;
  }

  private Stream<Request> next(Request request, Decision decision) {
    var matching = wanted.stream().flatMap(rule -> Edits.so(rule.condition(), true, request));
    return switch (decision) {
      case Decision.Ambiguous(var header) -> once(header, request);
      case Decision.Ruled(var by) ->
          Stream.concat(Edits.so(by.condition(), false, request), matching);
      case Decision.Defaulted _ -> matching;
      case Decision.Banned _ -> Stream.empty();
    };
  }

  /// With one of the values that the header seems to have, or without it.
  private static Stream<Request> once(String header, Request request) {
    var joined =
        String.join(
            InboundPolicy.LIST,
            Objects.requireNonNull(request.http()).headers().getOrDefault(header, List.of()));
    var values = Stream.of(joined.split(InboundPolicy.LIST, -1)).map(String::strip).distinct();
    return Stream.concat(values.map(List::of), Stream.of(List.<String>of()))
        .map(one -> Edits.header(header, one, request));
  }

  /// How much a request differs from the one that was asked about.
  private int cost(Request request) {
    var one = Objects.requireNonNull(from.http());
    var other = Objects.requireNonNull(request.http());
    return (one.path().equals(other.path()) ? 0 : 1)
        + (one.method().equals(other.method()) ? 0 : 1)
        + differing(one.headers(), other.headers())
        + differing(one.claims(), other.claims());
  }

  private static <T> int differing(Map<String, T> one, Map<String, T> other) {
    var names = new HashSet<>(one.keySet());
    names.addAll(other.keySet());
    return (int)
        names.stream().filter(name -> !Objects.equals(one.get(name), other.get(name))).count();
  }
}
