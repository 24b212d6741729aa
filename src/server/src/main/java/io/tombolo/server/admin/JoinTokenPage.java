package io.tombolo.server.admin;

import io.tombolo.identity.Grant;
import io.tombolo.identity.JoinTokens;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.server.ports.Attestation;
import jakarta.ws.rs.InternalServerErrorException;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Collectors;

/// Makes join tokens: finds out whose identity is asked for.
final class JoinTokenPage {
  /// Whom a token is for.
  private record Bearer(SpiffeId identity, String node) {}

  private JoinTokenPage() {}

  static Pages.TokenPage issue(Admin admin, Mesh mesh, Pages.TokenRequest request) {
    var bearer = bearer(mesh, request);
    var ttl =
        request.ttlSeconds() == null
            ? JoinTokens.LONGEST
            : Duration.ofSeconds(request.ttlSeconds());
    var host = Objects.requireNonNullElse(request.host(), Attestation.ANY_HOST);
    try {
      var grant = new Grant(bearer.identity(), bearer.node(), host);
      var token = admin.joinTokens().issue(grant, ttl, admin.clock().instant());
      return new Pages.TokenPage(
          token.text(), bearer.identity().toString(), bearer.node(), token.expires().toString());
    } catch (IllegalArgumentException wrong) {
      throw AdminResource.problem(Objects.requireNonNull(wrong.getMessage()));
    } catch (IOException full) {
      throw new InternalServerErrorException("the token cannot be kept", full);
    }
  }

  private static Bearer bearer(Mesh mesh, Pages.TokenRequest request) {
    if (request.gateway() != null) {
      return gateway(mesh, request.gateway());
    }
    if (request.workload() != null) {
      return workload(mesh, request.workload());
    }
    if (request.service() != null) {
      var service = service(mesh, request.service(), World.CONSUL);
      return new Bearer(identityOf(mesh, service), Attestation.ANY_NODE);
    }
    throw AdminResource.problem("one of workload, service and gateway is needed");
  }

  private static Bearer gateway(Mesh mesh, String network) {
    if (!mesh.settings().gateways().containsKey(network)) {
      throw AdminResource.problem(
          "gateway: network \"%s\" has no mesh gateways (tombolo.networks.\"...\".gateways)"
              .formatted(Names.printable(network)));
    }
    return new Bearer(
        SpiffeId.meshGateway(mesh.settings().trustDomain(), network), Attestation.ANY_NODE);
  }

  private static Bearer workload(Mesh mesh, String node) {
    var served = mesh.servedBy().get(node);
    if (served == null) {
      throw AdminResource.problem(
          ("workload: \"%s\" is not in the catalog; it is <world>/<source>/<namespace>/<instance>,"
                  + " as `tombolo catalog` shows it")
              .formatted(Names.printable(node)));
    }
    return new Bearer(served.getFirst().endpoint().workload().identity(), node);
  }

  /// The service that a reference from outside means.
  static Service service(Mesh mesh, String reference, World from) {
    return mesh.naming()
        .resolve(reference, from)
        .orElseThrow(() ->
            AdminResource.problem(
                "\"%s\" is not a service in the catalog; `tombolo catalog` lists them"
                    .formatted(Names.printable(reference))));
  }

  /// The identity that is meant by a SPIFFE ID, or by a service that runs under one.
  static SpiffeId identity(Mesh mesh, String reference) {
    if (!reference.startsWith("spiffe://")) {
      return identityOf(mesh, service(mesh, reference, World.CONSUL));
    }
    try {
      return SpiffeId.parse(reference);
    } catch (IllegalArgumentException notOne) {
      throw AdminResource.problem(Objects.requireNonNull(notOne.getMessage()));
    }
  }

  private static SpiffeId identityOf(Mesh mesh, Service service) {
    var id = service.id();
    if (id.source().world() == World.CONSUL) {
      return SpiffeId.consulService(
          mesh.settings().trustDomain(), id.namespace(), id.source().name(), id.name());
    }
    var identities =
        mesh.catalog()
            .endpointsOf(id)
            .map(endpoint -> endpoint.workload().identity())
            .collect(Collectors.toSet());
    if (identities.size() != 1) {
      throw AdminResource.problem(
          "%s runs under %d identities; name the workload or the SPIFFE ID instead"
              .formatted(id, identities.size()));
    }
    return identities.iterator().next();
  }
}
