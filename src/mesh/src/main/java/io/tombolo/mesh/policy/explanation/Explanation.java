package io.tombolo.mesh.policy.explanation;

import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.Rule;
import io.tombolo.mesh.policy.explanation.Step.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Why a request is decided as it is.
///
/// @param situation what was judged, by what
/// @param steps what became of every rule of the service, in the order in which they are tried
public record Explanation(Situation situation, Decision decision, List<Step> steps) {
  public Explanation {
    steps = List.copyOf(steps);
  }

  /// @param ofService the whole policy of the service that is called
  /// @param workload who serves it; empty if nobody does
  /// @param port of the service, the one that the request is to
  public static Explanation of(
      InboundPolicy ofService, Optional<SpiffeId> workload, Port port, Request request) {
    var there = workload.map(ofService::at).orElse(ofService).at(port);
    var situation = new Situation(there, request);
    var decision = situation.decision();
    var steps = new ArrayList<Step>();
    boolean open = decision instanceof Decision.Ruled;
    for (var rule : ofService.rules()) {
      var step = step(rule, workload, port, request, open);
      open &= !(step.outcome() instanceof Outcome.Decides);
      steps.add(step);
    }
    return new Explanation(situation, decision, steps);
  }

  /// Is it let in although the rules say otherwise, for they do not bind its caller?
  public boolean exempt() {
    return !decision.allowed() && situation.allowed();
  }

  private static Step step(
      Rule rule, Optional<SpiffeId> workload, Port port, Request request, boolean open) {
    if (!rule.concerns(request)) {
      return new Step(rule, new Outcome.OtherCaller());
    }
    if (workload.filter(id -> !rule.intention().destination().holdsAt(id)).isPresent()) {
      return new Step(rule, new Outcome.OtherWorkload());
    }
    return rule.at(port)
        .map(here ->
            new Step(
                here,
                here.matches(request)
                    ? open ? new Outcome.Decides() : new Outcome.Late()
                    : new Outcome.Unmet(Unmet.of(here.condition(), request))))
        .orElseGet(() -> new Step(rule, new Outcome.OtherPort()));
  }
}
