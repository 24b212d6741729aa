package io.tombolo.server.flows;

import io.tombolo.identity.Registrar;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.Trust;
import java.time.Clock;
import java.util.function.Supplier;

/// All that takes reports of proxies in.
public record Flows(Admission admission, Intake intake) {
  /// @param most how many flows are kept
  public static Flows of(
      int most, Supplier<Mesh> mesh, Supplier<Trust> trust, Registrar registrar, Clock clock) {
    var known = new KnownCallers(mesh, trust, registrar.inventory(), clock);
    return new Flows(new Admission(mesh, registrar.bans()), new Intake(most, known, clock));
  }
}
