package io.tombolo.xds.translate;

import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.InboundPolicy;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// LDS, CDS and RDS, the way in: what reaches the applications beside one proxy, and who may.
public final class Inbound {
  /// One port of a service, as a workload serves it.
  ///
  /// @param name `<service>:<port>`, unique at the proxy
  /// @param snis what callers name it by
  /// @param policy of the service
  /// @param partners the other trust domains that the policy lets in
  /// @param httpProfile of the service
  /// @param reported the headers that are reported of each request; empty if no call is reported
  public record Served(
      String name,
      List<String> snis,
      Protocol protocol,
      Mesh.Gateway proxy,
      Clusters.Local application,
      InboundPolicy policy,
      List<TrustDomain> partners,
      HttpProfile httpProfile,
      Optional<List<String>> reported) {
    public Served {
      snis = List.copyOf(snis);
      partners = List.copyOf(partners);
    }

    /// The same under these SNIs only.
    public Served under(List<String> chosen) {
      return new Served(
          name, chosen, protocol, proxy, application, policy, partners, httpProfile, reported);
    }

    /// What its listener is made from: where requests are understood the policy is in the route,
    /// and only the keys that verify tokens are here.
    public Served heard() {
      var keys = InboundPolicy.NOBODY.with(policy.providers());
      return protocol.isHttp()
          ? new Served(
              name, snis, protocol, proxy, application, keys, partners, httpProfile, reported)
          : this;
    }

    /// What only this proxy is told: where the application is, and where keys are fetched.
    public Stream<Clusters.Particular> clusters() {
      return Stream.concat(
          Stream.of(application), policy.providers().stream().flatMap(Clusters.KeyServer::of));
    }

    public String routes() {
      return Inbound.routes(name);
    }
  }

  private Inbound() {}

  /// The name of a port of a service, as it is served.
  public static String served(ServiceId service, Port port) {
    return service + ":" + port.number();
  }

  /// The name of the routes of what is served by that name.
  public static String routes(String served) {
    return "inbound:" + served;
  }

  /// The name of the listener of one address of the proxy.
  public static String name(Mesh.Gateway at) {
    return "inbound:" + at.address() + ":" + at.port();
  }

  /// The listener of one address of the proxy. A connection in plain text, or for another SNI, fits
  /// no chain and is closed.
  ///
  /// @param served at least one, all at the same address
  public static Listener listener(List<Served> served, TrustDomain trustDomain) {
    var at = served.getFirst().proxy();
    return Listener.newBuilder()
        .setName(name(at))
        .setTrafficDirection(TrafficDirection.INBOUND)
        .setAddress(Protos.address(at.address(), at.port()))
        .addListenerFilters(Gateways.tlsInspector())
        .addAllFilterChains(served.stream().map(s -> chain(s, trustDomain)).toList())
        .addAccessLog(Logs.CONNECTION)
        .build();
  }

  /// The routes of a service that speaks HTTP.
  public static RouteConfiguration routes(Served served) {
    return Http.inboundRoute(served.routes(), served.application().name(), served.policy());
  }

  /// Where requests are understood they are judged one by one, by the rules of their route: those
  /// of connections that are open too.
  private static FilterChain chain(Served served, TrustDomain trustDomain) {
    var chain =
        FilterChain.newBuilder()
            .setName(served.name())
            .setFilterChainMatch(
                FilterChainMatch.newBuilder()
                    .setTransportProtocol("tls")
                    .addAllServerNames(served.snis()))
            .setTransportSocket(Tls.downstream(trustDomain, served.partners(), served.protocol()));
    if (!served.partners().isEmpty()) {
      chain.addFilters(Partners.filter(trustDomain, served.partners()));
    }
    if (served.protocol().isHttp()) {
      chain.addFilters(
          Http.inbound(
              served.routes(),
              served.httpProfile(),
              served.policy().providers(),
              served.reported().map(of -> Reports.http(served.name(), of))));
    } else {
      chain.addFilters(rbac(served.policy()));
      chain.addFilters(
          Outbound.tcp(
              TcpProxy.newBuilder()
                  .setStatPrefix("inbound")
                  .setCluster(served.application().name())
                  .addAllAccessLog(
                      served.reported().map(_ -> Reports.tcp(served.name())).orElse(List.of()))));
    }
    return chain.build();
  }

  private static Filter rbac(InboundPolicy policy) {
    var rbac = RBAC.newBuilder().setStatPrefix("tombolo").setRules(Rbac.of(policy));
    if (policy.enforcement() == Enforcement.AUDIT) {
      rbac.setShadowRules(Rbac.asWritten(policy));
    }
    return Filter.newBuilder()
        .setName("envoy.filters.network.rbac")
        .setTypedConfig(Protos.any(rbac.build()))
        .build();
  }
}
