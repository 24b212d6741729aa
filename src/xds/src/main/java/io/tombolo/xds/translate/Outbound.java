package io.tombolo.xds.translate;

import com.google.protobuf.BoolValue;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.scope.Upstream;

/// LDS, the way out: where an application finds the services it calls.
public final class Outbound {
  /// Where redirected traffic arrives. On loopback: redirection within a host leads there.
  private static final String CAPTURE_ADDRESS = "127.0.0.1";

  private static final int CAPTURE_PORT = 15001;

  private static final String CAPTURED = "capture:";

  /// What answers for a virtual address of a service.
  public record Virtual(String sni, Protocol protocol, String address, int port) {
    public Mesh.Gateway at() {
      return new Mesh.Gateway(address, port);
    }

    /// The name of its listener: its address alone, for Envoy takes each address once. One that
    /// goes from service to service is an update, not another listener while the first is still
    /// there.
    public String listener() {
      return CAPTURED + address + ":" + port;
    }
  }

  private Outbound() {}

  /// Is this the name of the listener of a virtual address?
  public static boolean isVirtual(String listener) {
    return listener.startsWith(CAPTURED);
  }

  /// On the loopback address that the proxy declared for this destination.
  public static Listener declared(Upstream upstream, String sni, Protocol protocol) {
    return listener(
            "outbound:" + upstream.listenAddress() + ":" + upstream.listenPort(), sni, protocol)
        .setAddress(Protos.address(upstream.listenAddress(), upstream.listenPort()))
        .build();
  }

  /// For redirected traffic to a virtual address; [#capture] hands it over.
  public static Listener virtual(Virtual virtual) {
    return listener(virtual.listener(), virtual.sni(), virtual.protocol())
        .setBindToPort(BoolValue.of(false))
        .setAddress(Protos.address(virtual.address(), virtual.port()))
        .build();
  }

  /// Takes all redirected traffic and hands it to the listener of its original destination. What
  /// has none is closed.
  public static Listener capture() {
    return Listener.newBuilder()
        .setName("capture")
        .setTrafficDirection(TrafficDirection.OUTBOUND)
        .setAddress(Protos.address(CAPTURE_ADDRESS, CAPTURE_PORT))
        .setUseOriginalDst(BoolValue.of(true))
        .addFilterChains(FilterChain.newBuilder().addFilters(tcp("capture", Clusters.BLACKHOLE)))
        .build();
  }

  private static Listener.Builder listener(String name, String sni, Protocol protocol) {
    return Listener.newBuilder()
        .setName(name)
        .setTrafficDirection(TrafficDirection.OUTBOUND)
        .addFilterChains(
            FilterChain.newBuilder()
                .addFilters(protocol.isHttp() ? Http.outbound(sni) : tcp("outbound", sni)));
  }

  static Filter tcp(String stats, String cluster) {
    return Filter.newBuilder()
        .setName("envoy.filters.network.tcp_proxy")
        .setTypedConfig(
            Protos.any(TcpProxy.newBuilder().setStatPrefix(stats).setCluster(cluster).build()))
        .build();
  }
}
