package io.tombolo.xds.profile;

import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.mesh.catalog.Examples.aService;

import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Permission;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A service to be served.
///
/// @param permissions what its only intention says of requests by `web`, and of all others
record Offer(
    String name,
    Protocol protocol,
    HttpProfile profile,
    List<Permission> permissions,
    Intention.Otherwise otherwise) {
  Offer {
    permissions = List.copyOf(permissions);
  }

  /// Everything but this.
  static Offer denying(HttpProfile profile, Condition condition) {
    return of(profile, Intention.Action.DENY, condition, Intention.Otherwise.ALLOW);
  }

  /// Nothing but this.
  static Offer allowing(HttpProfile profile, Condition condition) {
    return of(profile, Intention.Action.ALLOW, condition, Intention.Otherwise.DENY);
  }

  private static Offer of(
      HttpProfile profile,
      Intention.Action action,
      Condition condition,
      Intention.Otherwise otherwise) {
    return new Offer(
        "%s-%s".formatted(profile, action).toLowerCase(Locale.ROOT),
        Protocol.HTTP,
        profile,
        List.of(new Permission(action, condition)),
        otherwise);
  }

  /// The same rules for a service of gRPC.
  Offer grpc() {
    return new Offer(name + "-grpc", Protocol.GRPC, profile, permissions, otherwise);
  }

  Port port() {
    return new Port("main", 8080, protocol);
  }

  Service service() {
    var plain = aService(name).on(port()).build();
    return new Service(
        plain.id(), plain.ports(), plain.consulNames(), List.of(), Map.of(), true, profile);
  }

  /// Its name in TLS.
  String sni() {
    return Destination.sni(service().id(), port(), TRUST_DOMAIN);
  }
}
