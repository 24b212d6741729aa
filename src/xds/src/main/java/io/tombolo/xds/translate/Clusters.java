package io.tombolo.xds.translate;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.v3.Percent;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.JwtProvider;
import java.util.List;
import java.util.stream.Stream;

/// CDS: where calls go to.
public final class Clusters {
  /// The cluster that leads nowhere: a connection to it is closed.
  public static final String BLACKHOLE = "blackhole";

  private static final String LOCAL = "inbound:";

  private static final String HTTP_OPTIONS =
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

  private static final Any HTTP_1 =
      options(
          HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
              .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance()));

  private static final Any HTTP_2 =
      options(
          HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
              .setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance()));

  /// A destination as callers see it.
  ///
  /// @param identities whoever may answer for it, sorted
  public record Upstream(String sni, Protocol protocol, List<SpiffeId> identities) {
    public Upstream {
      identities = List.copyOf(identities);
    }
  }

  /// What a cluster that only one proxy has leads to.
  public sealed interface Particular {
    String name();
  }

  /// Where the keys of a provider of tokens are.
  public record KeyServer(String provider, JwtProvider.Keys.Fetched keys) implements Particular {
    /// None, if its keys are known.
    static Stream<KeyServer> of(JwtProvider provider) {
      return provider.keys() instanceof JwtProvider.Keys.Fetched fetched
          ? Stream.of(new KeyServer(provider.id(), fetched))
          : Stream.empty();
    }

    @Override
    public String name() {
      return Jwt.cluster(provider);
    }
  }

  /// An application beside its proxy.
  public record Local(String address, int port, boolean http2) implements Particular {
    @Override
    public String name() {
      return LOCAL + address + ":" + port + (http2 ? ":http2" : "");
    }
  }

  private Clusters() {}

  /// Is this the name of a cluster that leads to an application beside the proxy?
  public static boolean isLocal(String name) {
    return name.startsWith(LOCAL);
  }

  /// To the proxies of a destination, over mutual TLS.
  public static Cluster upstream(Upstream upstream) {
    return upstream(upstream, upstream.sni());
  }

  /// The same under the name by which a proxy asks for it when it first calls it.
  public static Cluster demanded(Upstream upstream, String name) {
    return upstream(upstream, name);
  }

  private static Cluster upstream(Upstream upstream, String name) {
    var cluster =
        discovered(name, upstream.sni())
            .setTransportSocket(
                Tls.upstream(upstream.sni(), upstream.protocol(), upstream.identities()));
    if (upstream.protocol().isHttp()) {
      cluster.putTypedExtensionProtocolOptions(
          HTTP_OPTIONS, options(upstream.protocol().isHttp2()));
    }
    return cluster.build();
  }

  /// What a mesh gateway passes TLS through to, as it comes.
  public static Cluster passedThrough(String sni) {
    return discovered(sni, sni).build();
  }

  public static Cluster of(Particular particular) {
    return switch (particular) {
      case Local local -> local(local);
      case KeyServer server -> keyServer(server);
    };
  }

  /// To a server outside the mesh, looked up by its name.
  private static Cluster keyServer(KeyServer server) {
    var host = server.keys().host();
    return base(server.name())
        .setType(Cluster.DiscoveryType.STRICT_DNS)
        .setDnsLookupFamily(Cluster.DnsLookupFamily.V4_PREFERRED)
        .setLoadAssignment(endpoint(server.name(), host, server.keys().port()))
        .setTransportSocket(Tls.server(host, server.keys().cas()))
        .build();
  }

  private static ClusterLoadAssignment endpoint(String cluster, String address, int port) {
    return ClusterLoadAssignment.newBuilder()
        .setClusterName(cluster)
        .addEndpoints(
            LocalityLbEndpoints.newBuilder()
                .addLbEndpoints(
                    LbEndpoint.newBuilder()
                        .setEndpoint(
                            Endpoint.newBuilder().setAddress(Protos.address(address, port)))))
        .build();
  }

  /// To the application beside the proxy, in plain text.
  private static Cluster local(Local local) {
    var cluster =
        base(local.name())
            .setType(Cluster.DiscoveryType.STATIC)
            .setLoadAssignment(endpoint(local.name(), local.address(), local.port()));
    if (local.http2()) {
      cluster.putTypedExtensionProtocolOptions(HTTP_OPTIONS, options(true));
    }
    return cluster.build();
  }

  public static Cluster blackhole() {
    return base(BLACKHOLE)
        .setType(Cluster.DiscoveryType.STATIC)
        .setLoadAssignment(ClusterLoadAssignment.newBuilder().setClusterName(BLACKHOLE))
        .build();
  }

  /// @param sni of the load assignment
  private static Cluster.Builder discovered(String name, String sni) {
    var endpoints = Cluster.EdsClusterConfig.newBuilder().setEdsConfig(Protos.ADS);
    if (!name.equals(sni)) {
      endpoints.setServiceName(sni);
    }
    return base(name)
        .setType(Cluster.DiscoveryType.EDS)
        .setEdsClusterConfig(endpoints)
        // Better a refused call than one to an endpoint that is known to be unfit.
        .setCommonLbConfig(
            Cluster.CommonLbConfig.newBuilder()
                .setHealthyPanicThreshold(Percent.newBuilder().setValue(0)));
  }

  private static Cluster.Builder base(String name) {
    return Cluster.newBuilder().setName(name).setConnectTimeout(Protos.seconds(5));
  }

  private static Any options(HttpProtocolOptions.ExplicitHttpConfig.Builder explicit) {
    return Protos.any(HttpProtocolOptions.newBuilder().setExplicitHttpConfig(explicit).build());
  }

  private static Any options(boolean http2) {
    return http2 ? HTTP_2 : HTTP_1;
  }
}
