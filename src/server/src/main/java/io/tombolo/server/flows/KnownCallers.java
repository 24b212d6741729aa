package io.tombolo.server.flows;

import io.tombolo.identity.Inventory;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.Trust;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Who may have called: whoever has an SVID of ours or a place in the catalog, and everyone of a
/// trust domain that we federate with. Not thread-safe.
final class KnownCallers implements Predicate<SpiffeId> {
  /// Looked up anew at most so often, so that names which somebody makes up cost little.
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  private final Supplier<Mesh> mesh;
  private final Supplier<Trust> trust;
  private final Inventory inventory;
  private final Clock clock;
  private Set<SpiffeId> known = Set.of();
  private Instant looked = Instant.MIN;

  KnownCallers(Supplier<Mesh> mesh, Supplier<Trust> trust, Inventory inventory, Clock clock) {
    this.mesh = mesh;
    this.trust = trust;
    this.inventory = inventory;
    this.clock = clock;
  }

  @Override
  public boolean test(SpiffeId caller) {
    if (!caller.trustDomain().equals(mesh.get().settings().trustDomain())) {
      return trust.get().federated().stream()
          .anyMatch(bundle -> bundle.trustDomain().equals(caller.trustDomain()));
    }
    return known.contains(caller) || lookAgain().contains(caller);
  }

  private Set<SpiffeId> lookAgain() {
    var now = clock.instant();
    if (now.isAfter(looked.plus(BETWEEN_LOOKS))) {
      looked = now;
      known = look(now);
    }
    return known;
  }

  private Set<SpiffeId> look(Instant now) {
    var all = new HashSet<SpiffeId>();
    inventory.holding(now).forEach(entry -> all.add(SpiffeId.parse(entry.identity())));
    mesh.get()
        .servedBy()
        .values()
        .forEach(served -> served.forEach(one -> all.add(one.endpoint().workload().identity())));
    return all;
  }
}
