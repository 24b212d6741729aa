package io.tombolo.mesh.traffic;

import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Request;
import java.util.Set;

/// Calls that are alike: who called what, how, and what became of it.
///
/// @param destination the service that was called
/// @param workload the identity of the workload that was called
/// @param request what of the calls is kept: no query, no body, and of the headers only those that
///   [Reporting] asks for
/// @param recorded the names of the headers that the request has if it had them; whether it had
///   others is not known
/// @param allowed did the proxy of the destination let it pass?
public record Flow(
    ServiceId destination,
    SpiffeId workload,
    Request request,
    Set<String> recorded,
    boolean allowed) {
  public Flow {
    recorded = Set.copyOf(recorded);
  }
}
