package io.tombolo.mesh.traffic;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Rule;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

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
    var http = flow.request().http();
    var asked = http == null ? List.<String>of() : unambiguous;
    for (var header : asked) {
      if (Truth.isList(header, flow)) {
        return new Judgement.Decided(new Decision.Ambiguous(header));
      }
    }
    Decision decision = new Decision.Defaulted(policy.mode().byDefault());
    var possible = new LinkedHashSet<Rule>();
    for (var rule : concerning.computeIfAbsent(caller, _ -> concerning(flow))) {
      var matches = Truth.of(rule.condition(), flow);
      if (matches == Truth.TRUE) {
        decision = new Decision.Ruled(rule);
        break;
      }
      if (matches == Truth.UNKNOWN) {
        possible.add(rule);
      }
    }
    var outcome = decision.allowed() ? Action.ALLOW : Action.DENY;
    var lacking = new LinkedHashSet<String>();
    possible.stream()
        .filter(rule -> rule.action() != outcome)
        .flatMap(rule -> Truth.lacking(rule.condition(), flow))
        .forEach(lacking::add);
    if (decision.allowed()) {
      asked.stream()
          .filter(header -> !flow.recorded().contains(header))
          .forEach(header -> lacking.add(Truth.header(header)));
    }
    return lacking.isEmpty() ? new Judgement.Decided(decision) : new Judgement.Open(lacking);
  }

  private List<Rule> concerning(Flow flow) {
    return policy.rules().stream().filter(rule -> rule.concerns(flow.request())).toList();
  }
}
