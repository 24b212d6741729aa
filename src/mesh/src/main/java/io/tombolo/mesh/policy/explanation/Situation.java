package io.tombolo.mesh.policy.explanation;

import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Request;

/// A request, and what judges it.
///
/// @param policy of the workload and the port that are called
public record Situation(InboundPolicy policy, Request request) {
  /// What proxies do.
  public boolean allowed() {
    return policy.lets(request);
  }

  /// What the rules say, enforced or not.
  public Decision decision() {
    return policy.decide(request);
  }

  Situation with(InboundPolicy another) {
    return new Situation(another, request);
  }

  Situation with(Request another) {
    return new Situation(policy, another);
  }
}
