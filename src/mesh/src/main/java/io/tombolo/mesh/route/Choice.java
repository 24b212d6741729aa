package io.tombolo.mesh.route;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Port;
import java.util.List;
import java.util.Optional;

/// One way that requests to a port of a service may take. The first that matches is taken.
public record Choice(RouteRule.Match match, RouteRule rule, List<Share> shares) {
  public Choice {
    shares = List.copyOf(shares);
  }

  /// Where a part of the requests goes.
  ///
  /// @param port of the backend; empty if there is no such service or port, and these requests are
  ///   answered with 500
  public record Share(RouteRule.Backend backend, Optional<Port> port) {
    static Share of(RouteRule.Backend backend, Catalog catalog) {
      var service = catalog.services().get(backend.service());
      return new Share(
          backend,
          service == null
              ? Optional.empty()
              : service.ports().stream().filter(p -> p.number() == backend.port()).findFirst());
    }
  }
}
