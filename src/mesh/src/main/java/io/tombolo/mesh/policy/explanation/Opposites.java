package io.tombolo.mesh.policy.explanation;

import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// Looks for the few smallest changes that make the answer the other one, the nearest first. Each
/// is tried before it is told.
public final class Opposites {
  /// If more intentions than these stand in the way, it is not said which.
  private static final int MOST_WITHOUT = 3;

  private static final int MOST_REQUESTS = 2;

  private final Situation before;
  private final boolean understood;
  private final Function<Action, Intention> exact;

  private Opposites(Situation before, boolean understood, Function<Action, Intention> exact) {
    this.before = before;
    this.understood = understood;
    this.exact = exact;
  }

  /// What the rules would have to say of whom they do not bind is looked for as if they did.
  ///
  /// @param understood are requests understood at the port?
  /// @param exact an intention on connections that is about this caller and this service alone, as
  ///   one would write it
  public static List<Opposite> of(
      Explanation explanation, boolean understood, Function<Action, Intention> exact) {
    var now = explanation.situation();
    var before = explanation.exempt() ? now.with(now.policy().enforced()) : now;
    return new Opposites(before, understood, exact).found();
  }

  private List<Opposite> found() {
    if (before.decision() instanceof Decision.Banned) {
      return unbanned();
    }
    var policies = policies().stream();
    return before.decision().allowed()
        ? Stream.concat(policies, requests()).toList()
        : Stream.concat(requests(), policies).toList();
  }

  private List<Opposite> unbanned() {
    var unbanned = new Change.Unbanned();
    var alone = Opposite.of(before, List.of(unbanned));
    if (alone.isPresent()) {
      return List.of(alone.get());
    }
    return new Opposites(unbanned.after(before), understood, exact)
        .found().stream()
            .flatMap(opposite ->
                Opposite.of(
                    before,
                    Stream.concat(Stream.of(unbanned), opposite.changes().stream()).toList())
                    .stream())
            .toList();
  }

  /// Other policies.
  private List<Opposite> policies() {
    var more =
        new Change.With(exact.apply(before.decision().allowed() ? Action.DENY : Action.ALLOW));
    var without = withoutWhatDecides();
    var ways =
        Stream.of(Opposite.of(before, without), Opposite.of(before, List.of(more)))
            .flatMap(Optional::stream)
            .toList();
    return ways.isEmpty()
        ? Opposite.of(before, Stream.concat(without.stream(), Stream.of(more)).toList()).stream()
            .toList()
        : ways;
  }

  /// The intentions that decide as it is, one after the other, until the answer is another or none
  /// decides.
  private List<Change> withoutWhatDecides() {
    var without = new ArrayList<Change>();
    var now = before;
    boolean allowed = before.decision().allowed();
    while (without.size() < MOST_WITHOUT
        && now.decision() instanceof Decision.Ruled(var by)
        && now.decision().allowed() == allowed) {
      var next = new Change.Without(by.intention());
      without.add(next);
      now = next.after(now);
    }
    return without;
  }

  private Stream<Opposite> requests() {
    return understood
        ? OtherRequests.than(before).stream()
            .limit(MOST_REQUESTS)
            .flatMap(request -> Opposite.of(before, List.of(new Change.Asking(request))).stream())
        : Stream.empty();
  }
}
