package io.tombolo.mesh.traffic;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Decides about many flows to one port. Not thread-safe.
final class Judge {
  private final InboundPolicy policy;
  private final List<String> unambiguous;
  private final Map<SpiffeId, List<Rule>> concerning = new HashMap<>();

  /// @param policy of that port
  Judge(InboundPolicy policy) {
    this.policy = policy;
    this.unambiguous = policy.unambiguous();
  }

  /// What is decided whatever it is that was not recorded, if that makes no difference.
  Judgement of(Flow flow) {
    var caller = flow.request().caller();
    if (policy.banned().contains(caller)) {
      return new Judgement.Decided(new Decision.Banned());
    }
    var list = unambiguous.stream().filter(header -> Truth.isUnclear(header, flow)).findFirst();
    if (list.isPresent()) {
      return new Judgement.Decided(new Decision.Ambiguous(list.get()));
    }
    var possible = new ArrayList<Rule>();
    for (var rule : concerning.computeIfAbsent(caller, _ -> concerning(flow))) {
      var matches = Truth.of(rule.condition(), flow);
      if (matches == Truth.TRUE) {
        return unless(possible, new Decision.Ruled(rule), flow);
      }
      if (matches == Truth.UNKNOWN) {
        possible.add(rule);
      }
    }
    return unless(possible, new Decision.Defaulted(policy.mode().byDefault()), flow);
  }

  /// Is it let in whatever the rules say?
  boolean exempts(Flow flow) {
    return policy.exempts(flow.request().caller());
  }

  /// @param before the rules that may have decided before
  private Judgement unless(List<Rule> before, Decision decision, Flow flow) {
    var outcome = decision.allowed() ? Action.ALLOW : Action.DENY;
    var rules =
        before.stream()
            .filter(rule -> rule.action() != outcome)
            .flatMap(rule -> Truth.lacking(rule.condition(), flow));
    var lists = decision.allowed() ? maybeLists(flow) : Stream.<String>empty();
    var lacking = Stream.concat(rules, lists).collect(Collectors.toCollection(TreeSet::new));
    return lacking.isEmpty() ? new Judgement.Decided(decision) : new Judgement.Open(lacking);
  }

  private Stream<String> maybeLists(Flow flow) {
    return flow.request().http() == null
        ? Stream.empty()
        : unambiguous.stream()
            .filter(header -> !flow.recorded().contains(header))
            .map(Truth::header);
  }

  private List<Rule> concerning(Flow flow) {
    return policy.rules().stream().filter(rule -> rule.concerns(flow.request())).toList();
  }
}
