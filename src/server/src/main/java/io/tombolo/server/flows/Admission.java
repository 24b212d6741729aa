package io.tombolo.server.flows;

import io.tombolo.identity.Bans;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import java.util.List;
import java.util.function.Supplier;

/// Who may report what. The one place that decides.
public record Admission(Supplier<Mesh> mesh, Bans bans) {
  /// What becomes of a report.
  public sealed interface Outcome {
    /// It is of calls to this port of a service.
    record Admitted(ServiceId service, SpiffeId workload, Port port) implements Outcome {}

    record Refused(Refusal why) implements Outcome {}
  }

  /// A proxy may report calls to what its own workload serves.
  ///
  /// @param destination `<service>:<port>`
  public Outcome may(Sender sender, String destination) {
    if (bans.on(sender.identity(), sender.node()).isPresent()) {
      return new Outcome.Refused(Refusal.BANNED);
    }
    return mesh.get().servedBy().getOrDefault(sender.node(), List.of()).stream()
        .filter(served -> served.endpoint().workload().identity().equals(sender.identity()))
        .flatMap(served ->
            served.service().ports().stream()
                .filter(port -> port.name().equals(served.endpoint().portName()))
                .map(port -> new Outcome.Admitted(served.service().id(), sender.identity(), port)))
        .filter(one -> (one.service() + ":" + one.port().number()).equals(destination))
        .<Outcome>map(one -> one)
        .findFirst()
        .orElse(new Outcome.Refused(Refusal.NOT_SERVED));
  }
}
