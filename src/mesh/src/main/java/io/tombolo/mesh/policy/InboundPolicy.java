package io.tombolo.mesh.policy;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// Who may call one service: rules in the order they are tried. The first that matches decides; if
/// none does, the call is denied.
///
/// @param banned denied before any rule is tried
public record InboundPolicy(Set<SpiffeId> banned, List<Rule> rules) {
  /// Denies everybody.
  public static final InboundPolicy NOBODY = new InboundPolicy(List.of());

  public InboundPolicy {
    banned = Set.copyOf(banned);
    rules = List.copyOf(rules);
  }

  public InboundPolicy(List<Rule> rules) {
    this(Set.of(), rules);
  }

  /// The trust domains besides our own of whom a rule allows something, in order.
  public List<TrustDomain> partners(TrustDomain own) {
    return rules.stream()
        .filter(rule -> rule.intention().action() == Intention.Action.ALLOW)
        .flatMap(rule -> rule.principals().stream())
        .filter(Principal.Exactly.class::isInstance)
        .map(principal -> ((Principal.Exactly) principal).id())
        .map(SpiffeId::trustDomain)
        .filter(domain -> !domain.equals(own))
        .distinct()
        .sorted(Comparator.comparing(TrustDomain::name))
        .toList();
  }

  public Decision decide(SpiffeId caller) {
    if (banned.contains(caller)) {
      return new Decision.Banned();
    }
    return rules.stream()
        .filter(rule -> rule.matches(caller))
        .findFirst()
        .<Decision>map(rule -> new Decision.Ruled(rule.intention()))
        .orElseGet(Decision.Defaulted::new);
  }
}
