package io.tombolo.mesh.policy;

import io.tombolo.mesh.identity.SpiffeId;
import java.util.List;

/// Who may call one service: rules in the order they are tried. The first that matches decides; if
/// none does, the call is denied.
public record InboundPolicy(List<Rule> rules) {
  /// Denies everybody.
  public static final InboundPolicy NOBODY = new InboundPolicy(List.of());

  public InboundPolicy {
    rules = List.copyOf(rules);
  }

  public Decision decide(SpiffeId caller) {
    return rules.stream()
        .filter(rule -> rule.matches(caller))
        .findFirst()
        .<Decision>map(rule -> new Decision.Ruled(rule.intention()))
        .orElseGet(Decision.Defaulted::new);
  }
}
