package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Principal;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One caller for each sort that policies tell apart.
final class Callers {
  private static final String NAME = "someone";
  private static final String STRANGER = "spiffe://elsewhere.example/";

  private Callers() {}

  static List<SpiffeId> of(Collection<InboundPolicy> policies) {
    var principals = policies.stream().flatMap(Callers::principals).collect(Collectors.toSet());
    var banned = policies.stream().flatMap(policy -> policy.banned().stream());
    var exact =
        Stream.concat(
                banned,
                principals.stream()
                    .filter(Principal.Exactly.class::isInstance)
                    .map(principal -> ((Principal.Exactly) principal).id()))
            .sorted()
            .collect(Collectors.toCollection(LinkedHashSet::new));
    var prefixes =
        Stream.concat(
            principals.stream()
                .filter(Principal.Under.class::isInstance)
                .map(principal -> ((Principal.Under) principal).prefix())
                .sorted(),
            Stream.of(STRANGER));
    return Stream.concat(
            exact.stream(), prefixes.flatMap(prefix -> another(prefix, exact).stream()))
        .distinct()
        .toList();
  }

  private static Stream<Principal> principals(InboundPolicy policy) {
    return policy.rules().stream()
        .flatMap(rule ->
            Stream.concat(
                rule.principals().stream(),
                rule.condition()
                    .parts()
                    .filter(Condition.Caller.class::isInstance)
                    .map(caller -> ((Condition.Caller) caller).principal())));
  }

  /// One under this prefix, and under none that is longer, who is none of these; if there can be
  /// such.
  private static Optional<SpiffeId> another(String prefix, Set<SpiffeId> known) {
    return Stream.iterate(prefix + NAME, uri -> uri + "-else")
        .map(Callers::parse)
        .filter(id -> id.isEmpty() || !known.contains(id.get()))
        .findFirst()
        .orElseThrow();
  }

  private static Optional<SpiffeId> parse(String uri) {
    try {
      return Optional.of(SpiffeId.parse(uri));
    } catch (IllegalArgumentException noIdentity) {
      return Optional.empty();
    }
  }
}
