package io.tombolo.mesh.catalog;

import java.util.List;

/// Endpoints of one service that change together: an EndpointSlice, or all instances of a Consul
/// service.
///
/// @param part tells several sets of a service apart: the slice's name
/// @param quarantined rows that were not let in
public record EndpointSet(
    ServiceId service, String part, List<Endpoint> endpoints, List<Quarantined> quarantined)
    implements Item {
  /// A row that is not served, and why.
  ///
  /// @param row what it is called in its source, printable
  /// @param reason what is wrong with which field, and the way out
  public record Quarantined(String row, String reason) {}

  public EndpointSet {
    endpoints = List.copyOf(endpoints);
    quarantined = List.copyOf(quarantined);
  }

  @Override
  public Key key() {
    return key(service, part);
  }

  public static Key key(ServiceId service, String part) {
    return new Key(service.source(), Key.Kind.ENDPOINTS, service.namespace(), service.name(), part);
  }
}
