package io.tombolo.xds.translate;

import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.NonForwardingAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Proxyless;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// LDS and RDS of a gRPC server without proxy (gRFC A36, A41): who may call it, and how. It judges
/// by [Proxyless] what a proxy would judge.
///
/// As at proxies the rules are in the routes, so that they hold at once for connections that are
/// open: gRPC lets those live on for minutes under the listener that they came by.
public final class GrpcServer {
  /// How the names begin under which gRPC asks for the listener of an address.
  static final String LISTENER = "grpc/server?udpa.resource.listening_address=";

  private static final String PROFILE = "tombolo.grpc_profile";

  /// What is called at one port of the process.
  ///
  /// @param services all that callers reach there. gRPC cannot tell by which name it is called, so
  ///   that a request must be allowed at each of them.
  public record Serving(int port, List<Inbound.Served> services) {
    public Serving {
      services = List.copyOf(services);
    }

    public String routes() {
      return "inbound:grpc:" + port;
    }

    /// What its listeners are made from: the rules are not in them.
    public Serving heard() {
      return new Serving(port, services.stream().map(Inbound.Served::heard).toList());
    }

    /// The addresses that it may listen on, as they are written before a port.
    public Stream<String> addresses() {
      return Stream.concat(
              Stream.of("0.0.0.0", "::"), services.stream().map(served -> served.proxy().address()))
          .distinct();
    }

    /// What it cannot do of what policies say, each in a sentence.
    public Stream<String> problems() {
      var together =
          services.size() == 1
              ? Stream.<String>empty()
              : Stream.of(
                  "port %d is that of %s: a gRPC server cannot tell them apart, so that a request must be allowed at each"
                      .formatted(port, services.stream().map(Inbound.Served::name).toList()));
      return Stream.concat(together, services.stream().flatMap(GrpcServer::problems));
    }
  }

  private GrpcServer() {}

  /// Can a gRPC server be called at such a port? Callers speak HTTP/2 to it only if it is declared.
  public static boolean serves(Inbound.Served served) {
    return served.protocol().isHttp2();
  }

  /// The name by which a gRPC server asks for its listener at an address.
  public static String name(String address, int port) {
    return LISTENER + (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
  }

  /// One that takes no connection without a certificate of the trust domain.
  public static Listener listener(String address, Serving serving, TrustDomain trustDomain) {
    var manager =
        HttpConnectionManager.newBuilder()
            .setStatPrefix("inbound")
            .setRds(
                Rds.newBuilder().setRouteConfigName(serving.routes()).setConfigSource(Protos.ADS))
            .addHttpFilters(Http.rbac(PROFILE, Rbac.outsideGrpcProfile(trustDomain)));
    for (var served : serving.services()) {
      manager.addHttpFilters(Http.rbac(lists(served), Rbac.lists(List.of(), Set.of())));
      manager.addHttpFilters(Http.rbac(rules(served), Rbac.of(InboundPolicy.NOBODY)));
    }
    manager.addHttpFilters(Http.ROUTER);
    return Listener.newBuilder()
        .setName(name(address, serving.port()))
        .setTrafficDirection(TrafficDirection.INBOUND)
        .setAddress(Protos.address(address, serving.port()))
        .addFilterChains(
            FilterChain.newBuilder()
                .setName("grpc:" + serving.port())
                .setTransportSocket(Tls.ofGrpcServer())
                .addFilters(Http.filter(manager)))
        .build();
  }

  /// The rules of all that is served at one port.
  public static RouteConfiguration routes(Serving serving) {
    var policies =
        serving.services().stream().map(served -> Proxyless.of(served.policy())).toList();
    var route =
        Route.newBuilder()
            .setMatch(RouteMatch.newBuilder().setPrefix("/"))
            .setNonForwardingAction(NonForwardingAction.getDefaultInstance());
    for (int i = 0; i < policies.size(); i++) {
      var service = serving.services().get(i);
      var policy = policies.get(i);
      route
          .putTypedPerFilterConfig(rules(service), Http.override(Rbac.of(policy.policy())))
          .putTypedPerFilterConfig(
              lists(service),
              Http.override(Rbac.lists(policy.unambiguous(), policy.policy().exempt())));
    }
    return Http.routes(serving.routes(), List.of(route.build()));
  }

  private static String lists(Inbound.Served served) {
    return "tombolo.no_lists/" + served.name();
  }

  private static String rules(Inbound.Served served) {
    return "tombolo.rbac/" + served.name();
  }

  /// Why a workload is not served at this port, and what to do.
  public static String notServed(Inbound.Served served) {
    return "%s is %s: a gRPC server without proxy is called where the protocol is grpc or http2; declare it"
        .formatted(served.name(), served.protocol());
  }

  private static Stream<String> problems(Inbound.Served served) {
    var lists =
        served.policy().mode().strict()
            ? Stream.<String>empty()
            : Proxyless.of(served.policy()).unambiguous().stream()
                .map(header ->
                    "%s: a request in which %s comes more than once or is a list is denied: gRPC sees values joined"
                        .formatted(served.name(), header));
    return Stream.of(
            Proxyless.blind(served.policy()).map(Proxyless.Blind::toString),
            served.partners().stream()
                .map(partner ->
                    "%s: callers of trust domain %s are denied: a gRPC server without proxy trusts its own only"
                        .formatted(served.name(), partner)),
            lists,
            served.policy().enforcement() == Enforcement.AUDIT
                ? Stream.of(
                    "%s: what intentions deny is not counted or logged: gRPC does not audit"
                        .formatted(served.name()))
                : Stream.<String>empty())
        .flatMap(sentences -> sentences);
  }
}
