package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.catalog.Naming;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.xds.translate.Clusters;
import io.tombolo.xds.translate.GrpcServer;
import io.tombolo.xds.translate.Inbound;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What each workload serves: the inputs of what is particular to its proxy.
final class Workloads {
  /// A proxy that stands beside workloads: its node ID narrows what its identity may see.
  ///
  /// @param reports can it report the calls that reach it?
  record Key(String nodeId, SpiffeId identity, Proxy.Role role, boolean reports) {
    static Key of(Proxy proxy) {
      return new Key(proxy.nodeId(), proxy.identity(), proxy.role(), proxy.reports());
    }
  }

  /// @param role what enforces it
  /// @param served in stable order; no SNI twice at one address
  record Spec(TrustDomain trustDomain, Proxy.Role role, List<Inbound.Served> served) {
    /// The same without anything that is served.
    Spec empty() {
      return new Spec(trustDomain, role, List.of());
    }

    /// What a gRPC server serves by itself, in order of ports.
    List<GrpcServer.Serving> byGrpc() {
      return served.stream()
          .filter(GrpcServer::serves)
          .collect(
              Collectors.groupingBy(one -> one.proxy().port(), TreeMap::new, Collectors.toList()))
          .entrySet()
          .stream()
          .map(at -> new GrpcServer.Serving(at.getKey(), at.getValue()))
          .toList();
    }

    /// What cannot be enforced as it is written, each in a sentence.
    List<String> problems() {
      return switch (role) {
        case Proxy.Role.GrpcServer() ->
            Stream.concat(
                    served.stream()
                        .filter(one -> !GrpcServer.serves(one))
                        .map(GrpcServer::notServed),
                    byGrpc().stream().flatMap(GrpcServer.Serving::problems))
                .toList();
        case Proxy.Role.Sidecar(), Proxy.Role.MeshGateway() -> List.of();
      };
    }
  }

  /// @param own the SNI of the service itself
  private record Chain(String own, Inbound.Served served) {}

  private record Claim(Mesh.Gateway at, String sni) {}

  private final Mesh mesh;
  private final boolean reports;
  private final Map<Service, Map<Port, List<String>>> snis = new HashMap<>();

  private Workloads(Mesh mesh, boolean reports) {
    this.mesh = mesh;
    this.reports = reports && mesh.settings().reporting().on();
  }

  /// What a proxy's workloads serve; null if nothing.
  static @Nullable Spec spec(Mesh mesh, Key key) {
    var served =
        mesh.servedBy().getOrDefault(key.nodeId(), List.of()).stream()
            .filter(one -> one.endpoint().workload().identity().equals(key.identity()))
            .toList();
    return served.isEmpty()
        ? null
        : new Spec(
            mesh.settings().trustDomain(),
            key.role(),
            new Workloads(mesh, key.reports()).chains(served));
  }

  private List<Inbound.Served> chains(List<Mesh.Served> served) {
    var chains = new TreeMap<String, Chain>();
    for (var one : served) {
      one.service().ports().stream()
          .filter(port -> port.name().equals(one.endpoint().portName()))
          .forEach(port -> {
            var chain = chain(one, port);
            chains.putIfAbsent(chain.served().name(), chain);
          });
    }
    return withoutClashes(chains.values());
  }

  private Chain chain(Mesh.Served one, Port port) {
    var service = one.service();
    var endpoint = one.endpoint();
    var policy =
        mesh.policies()
            .getOrDefault(service.id(), InboundPolicy.NOBODY)
            .at(endpoint.workload().identity())
            .at(port);
    var named = snis.computeIfAbsent(service, this::snis);
    var served =
        new Inbound.Served(
            Inbound.served(service.id(), port),
            named.getOrDefault(port, List.of()),
            port.protocol(),
            new Mesh.Gateway(endpoint.address(), endpoint.proxyPort()),
            new Clusters.Local(endpoint.appAddress(), endpoint.port(), port.protocol().isHttp2()),
            policy,
            policy.partners(mesh.settings().trustDomain()),
            service.httpProfile(),
            reports ? Optional.of(mesh.settings().reporting().headers(policy)) : Optional.empty());
    return new Chain(sni(service, port), served);
  }

  /// What callers name each port by: the service itself, and others that are reached through it.
  private Map<Port, List<String>> snis(Service service) {
    var byPort = new HashMap<Port, List<String>>();
    for (var called : mesh.naming().reachedThrough(service)) {
      for (var port : called.ports()) {
        Naming.counterpart(called, port, service)
            .ifPresent(counterpart ->
                byPort.computeIfAbsent(counterpart, _ -> new ArrayList<>()).add(sni(called, port)));
      }
    }
    return byPort;
  }

  private String sni(Service service, Port port) {
    return Destination.sni(service.id(), port, mesh.settings().trustDomain());
  }

  /// Envoy takes an SNI once for each listener. A service gets its own before another that is
  /// reached through the same name.
  private static List<Inbound.Served> withoutClashes(Collection<Chain> chains) {
    var claims = new HashMap<Claim, String>();
    for (var chain : chains) {
      if (chain.served().snis().contains(chain.own())) {
        claims.putIfAbsent(new Claim(chain.served().proxy(), chain.own()), chain.served().name());
      }
    }
    var kept = new ArrayList<Inbound.Served>();
    for (var chain : chains) {
      var served = chain.served();
      var snis =
          served.snis().stream()
              .distinct()
              .sorted()
              .filter(sni ->
                  served
                      .name()
                      .equals(
                          claims.computeIfAbsent(
                              new Claim(served.proxy(), sni), _ -> served.name())))
              .toList();
      if (!snis.isEmpty()) {
        kept.add(served.under(snis));
      }
    }
    return kept;
  }
}
