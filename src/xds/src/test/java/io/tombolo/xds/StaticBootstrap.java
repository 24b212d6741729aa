package io.tombolo.xds;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.tombolo.xds.snapshot.Resource;
import io.tombolo.xds.snapshot.ResourceType;
import io.tombolo.xds.snapshot.View;
import io.tombolo.xds.translate.Reports;

/// A view as a configuration that Envoy reads from a file: what it would fetch is put in its place.
///
/// @param reports does it tell the control plane of calls?
public record StaticBootstrap(View view, boolean reports) {
  private static final String HTTP_OPTIONS =
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

  public Bootstrap bootstrap() {
    var all = Bootstrap.StaticResources.newBuilder().addClusters(socket("sds-agent"));
    if (reports) {
      all.addClusters(socket(Reports.CONTROL_PLANE));
    }
    view.of(ResourceType.CLUSTER)
        .all()
        .forEach(resource -> all.addClusters(withEndpoints(unpack(resource, Cluster.class))));
    view.of(ResourceType.LISTENER)
        .all()
        .forEach(resource -> all.addListeners(withRoutes(unpack(resource, Listener.class))));
    return Bootstrap.newBuilder()
        .setNode(Node.newBuilder().setId("test").setCluster("test"))
        .setStaticResources(all)
        .build();
  }

  private static Cluster socket(String name) {
    var socket =
        Endpoint.newBuilder()
            .setAddress(Address.newBuilder().setPipe(Pipe.newBuilder().setPath("/run/agent.sock")));
    var http2 =
        HttpProtocolOptions.newBuilder()
            .setExplicitHttpConfig(
                HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                    .setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance()));
    return Cluster.newBuilder()
        .setName(name)
        .putTypedExtensionProtocolOptions(HTTP_OPTIONS, Any.pack(http2.build()))
        .setLoadAssignment(
            ClusterLoadAssignment.newBuilder()
                .setClusterName(name)
                .addEndpoints(
                    LocalityLbEndpoints.newBuilder()
                        .addLbEndpoints(LbEndpoint.newBuilder().setEndpoint(socket))))
        .build();
  }

  private Cluster withEndpoints(Cluster cluster) {
    return view.of(ResourceType.ENDPOINTS)
        .get(cluster.getName())
        .map(found ->
            cluster.toBuilder()
                .setType(Cluster.DiscoveryType.STATIC)
                .clearEdsClusterConfig()
                .setLoadAssignment(unpack(found, ClusterLoadAssignment.class))
                .build())
        .orElse(cluster);
  }

  private Listener withRoutes(Listener listener) {
    var changed = listener.toBuilder();
    changed
        .getFilterChainsBuilderList()
        .forEach(chain ->
            chain
                .getFiltersBuilderList()
                .forEach(filter -> filter.setTypedConfig(withRoutes(filter.build()))));
    return changed.build();
  }

  private Any withRoutes(Filter filter) {
    if (!filter.getTypedConfig().is(HttpConnectionManager.class)) {
      return filter.getTypedConfig();
    }
    var manager = unpack(filter.getTypedConfig(), HttpConnectionManager.class);
    var routes =
        view.of(ResourceType.ROUTES).get(manager.getRds().getRouteConfigName()).orElseThrow();
    return Any.pack(
        manager.toBuilder().setRouteConfig(unpack(routes, RouteConfiguration.class)).build());
  }

  public static <T extends Message> T unpack(Resource resource, Class<T> type) {
    return unpack(resource.body(), type);
  }

  public static <T extends Message> T unpack(Any any, Class<T> type) {
    try {
      return any.unpack(type);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
