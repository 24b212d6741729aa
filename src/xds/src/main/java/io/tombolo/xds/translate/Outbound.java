package io.tombolo.xds.translate;

import com.google.protobuf.BoolValue;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue;
import io.envoyproxy.envoy.extensions.filters.network.set_filter_state.v3.Config;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.tombolo.mesh.catalog.Ip;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.scope.Upstream;
import java.util.Optional;

/// LDS, the way out: where an application finds the services it calls.
public final class Outbound {
  /// Where redirected traffic arrives. On loopback: redirection within a host leads there.
  private static final String CAPTURE_ADDRESS = "127.0.0.1";

  private static final int CAPTURE_PORT = 15001;

  /// How long a connection waits for the answer to what it asked for.
  private static final int LONGEST_DEMAND_SECONDS = 10;

  private static final String CAPTURED = "capture:";
  private static final String DEMANDED = "demand:";

  /// What answers for a virtual address of a service.
  public record Virtual(String sni, Protocol protocol, String address, int port) {
    public Mesh.Gateway at() {
      return new Mesh.Gateway(address, port);
    }

    /// The name under which a proxy asks for the cluster that leads there when it is first called.
    public String demand() {
      return DEMANDED + (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
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

  /// Is this the name of a cluster that is asked for when its destination is first called?
  public static boolean isDemand(String cluster) {
    return cluster.startsWith(DEMANDED);
  }

  /// The virtual address that a proxy asks about; empty if the name is not of that sort.
  public static Optional<Mesh.Gateway> demanded(String cluster) {
    int colon = cluster.lastIndexOf(':');
    if (!isDemand(cluster) || colon < DEMANDED.length()) {
      return Optional.empty();
    }
    var address = cluster.substring(DEMANDED.length(), colon);
    boolean v6 = address.startsWith("[") && address.endsWith("]");
    try {
      var ip = Ip.parse(v6 ? address.substring(1, address.length() - 1) : address);
      return Optional.of(
          new Mesh.Gateway(
              ip.getHostAddress(),
              Port.requireValid(Integer.parseInt(cluster.substring(colon + 1)))));
    } catch (IllegalArgumentException notOne) {
      return Optional.empty();
    }
  }

  /// Takes all redirected traffic and hands it to the listener of its original destination. What
  /// has none is closed, unless the cluster that leads there is had for the asking (on-demand CDS).
  public static Listener capture(boolean onDemand) {
    var chain = FilterChain.newBuilder();
    if (onDemand) {
      chain.addFilters(named());
    }
    var proxy = TcpProxy.newBuilder().setStatPrefix("capture").setCluster(Clusters.BLACKHOLE);
    if (onDemand) {
      proxy.setOnDemand(
          TcpProxy.OnDemand.newBuilder()
              .setOdcdsConfig(Protos.ADS)
              .setTimeout(Protos.seconds(LONGEST_DEMAND_SECONDS)));
    }
    return Listener.newBuilder()
        .setName("capture")
        .setTrafficDirection(TrafficDirection.OUTBOUND)
        .setAddress(Protos.address(CAPTURE_ADDRESS, CAPTURE_PORT))
        .setUseOriginalDst(BoolValue.of(true))
        .addFilterChains(chain.addFilters(tcp(proxy)))
        .build();
  }

  /// Names the cluster of a connection after the address that it was to go to.
  private static Filter named() {
    var name =
        SubstitutionFormatString.newBuilder()
            .setTextFormatSource(
                DataSource.newBuilder().setInlineString(DEMANDED + "%DOWNSTREAM_LOCAL_ADDRESS%"));
    return Filter.newBuilder()
        .setName("envoy.filters.network.set_filter_state")
        .setTypedConfig(
            Protos.any(
                Config.newBuilder()
                    .addOnNewConnection(
                        FilterStateValue.newBuilder()
                            .setObjectKey("envoy.tcp_proxy.cluster")
                            .setFormatString(name))
                    .build()))
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
    return tcp(TcpProxy.newBuilder().setStatPrefix(stats).setCluster(cluster));
  }

  static Filter tcp(TcpProxy.Builder proxy) {
    return Filter.newBuilder()
        .setName("envoy.filters.network.tcp_proxy")
        .setTypedConfig(Protos.any(proxy.build()))
        .build();
  }
}
