package io.tombolo.mesh.catalog;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// One port of a service as callers see it, after the rule for equal names: what becomes one
/// cluster at a proxy.
///
/// @param endpoints in stable order; of other services too, if equal names were merged
public record Destination(Service service, Port port, List<Endpoint> endpoints) {
  public Destination {
    endpoints = List.copyOf(endpoints);
  }

  /// Who may answer for it: the identities of the workloads behind it.
  public SortedSet<SpiffeId> identities() {
    return endpoints.stream()
        .map(endpoint -> endpoint.workload().identity())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// Its name in TLS (SNI), and of its cluster.
  public String sni(TrustDomain trustDomain) {
    return sni(service.id(), port, trustDomain);
  }

  /// `<svc>.<ns>.<dc>.internal.<td>` for Consul services, as Consul itself says it;
  /// `<port>.<svc>.<ns>.<source>.mesh.<td>` for Kubernetes services.
  public static String sni(ServiceId id, Port port, TrustDomain trustDomain) {
    return switch (id.source().world()) {
      case CONSUL ->
          "%s.%s.%s.internal.%s"
              .formatted(id.name(), id.namespace(), id.source().name(), trustDomain);
      case KUBERNETES ->
          "%d.%s.%s.%s.mesh.%s"
              .formatted(port.number(), id.name(), id.namespace(), id.source().name(), trustDomain);
    };
  }
}
