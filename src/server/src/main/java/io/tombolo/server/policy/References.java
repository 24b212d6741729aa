package io.tombolo.server.policy;

import io.tombolo.mesh.catalog.Naming;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// What services and callers are called by who writes a command.
final class References {
  private References() {}

  /// The shortest reference that means this service to callers of that world.
  static String of(Service service, Naming naming, World from) {
    var id = service.id();
    return Stream.concat(
            service.consulNames().stream().sorted(Comparator.comparingInt(String::length)),
            Stream.of(id.name() + "." + id.namespace()))
        .filter(name -> naming.resolve(name, from).filter(service::equals).isPresent())
        .findFirst()
        .orElse(id.toString());
  }

  /// The identities that run exactly one service, and all of it, by the names of these.
  static Map<SpiffeId, String> ofCallers(Mesh mesh, int most) {
    var callers = new LinkedHashMap<SpiffeId, String>();
    mesh.catalog().services().values().stream()
        .sorted(Comparator.comparing(Service::id))
        .limit(most)
        .forEach(service -> {
          var identities = identities(service, mesh);
          if (identities.size() == 1) {
            callers.putIfAbsent(
                identities.iterator().next(), of(service, mesh.naming(), World.CONSUL));
          }
        });
    return callers;
  }

  private static Set<SpiffeId> identities(Service service, Mesh mesh) {
    var id = service.id();
    return id.source().world() == World.CONSUL
        ? Set.of(
            SpiffeId.consulService(
                mesh.settings().trustDomain(), id.namespace(), id.source().name(), id.name()))
        : mesh.catalog().identitiesOf(id);
  }
}
