package io.tombolo.xds.translate;

import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.sni_cluster.v3.SniCluster;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.TrustDomain;
import java.util.List;

/// LDS of a mesh gateway: TLS is passed through to the cluster named by its SNI. It is not opened,
/// and an SNI without a cluster is closed.
public final class Gateways {
  private static final int PORT = 15443;

  private Gateways() {}

  /// Where the gateways of a network listen: on every address, unless others reach it at a loopback
  /// address, as on a single host.
  public static Mesh.Gateway at(List<Mesh.Gateway> reachedAt) {
    return reachedAt.stream()
        .filter(gateway -> isLoopback(gateway.address()))
        .findFirst()
        .orElseGet(() -> new Mesh.Gateway("0.0.0.0", PORT));
  }

  private static boolean isLoopback(String address) {
    return address.startsWith("127.") || address.equals("::1");
  }

  /// @param at where it listens
  public static Listener listener(Mesh.Gateway at, TrustDomain trustDomain) {
    return Listener.newBuilder()
        .setName("gateway")
        .setTrafficDirection(TrafficDirection.INBOUND)
        .setAddress(Protos.address(at.address(), at.port()))
        .addListenerFilters(tlsInspector())
        .addFilterChains(
            FilterChain.newBuilder()
                .setName("passthrough")
                .setFilterChainMatch(
                    FilterChainMatch.newBuilder()
                        .setTransportProtocol("tls")
                        .addServerNames("*.mesh." + trustDomain)
                        .addServerNames("*.internal." + trustDomain))
                .addFilters(bySni())
                .addFilters(Outbound.tcp("gateway", Clusters.BLACKHOLE)))
        .addAccessLog(Logs.CONNECTION)
        .build();
  }

  static ListenerFilter tlsInspector() {
    return ListenerFilter.newBuilder()
        .setName("envoy.filters.listener.tls_inspector")
        .setTypedConfig(Protos.any(TlsInspector.getDefaultInstance()))
        .build();
  }

  private static Filter bySni() {
    return Filter.newBuilder()
        .setName("envoy.filters.network.sni_cluster")
        .setTypedConfig(Protos.any(SniCluster.getDefaultInstance()))
        .build();
  }
}
