package io.tombolo.xds;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.List;
import java.util.stream.Stream;

/// What a resource points to.
public final class References {
  private References() {}

  /// Does it get its endpoints from EDS?
  public static boolean isDiscovered(Any cluster) {
    return StaticBootstrap.unpack(cluster, Cluster.class).getType() == Cluster.DiscoveryType.EDS;
  }

  public static List<String> routesOf(Any listener) {
    return filters(listener)
        .filter(config -> config.is(HttpConnectionManager.class))
        .map(config ->
            StaticBootstrap.unpack(config, HttpConnectionManager.class)
                .getRds()
                .getRouteConfigName())
        .toList();
  }

  public static List<String> clustersOf(Any listener) {
    return filters(listener)
        .filter(config -> config.is(TcpProxy.class))
        .map(config -> StaticBootstrap.unpack(config, TcpProxy.class).getCluster())
        .toList();
  }

  /// But for those that are meant not to be there.
  public static List<String> clustersOfRoutes(Any routes) {
    return StaticBootstrap.unpack(routes, RouteConfiguration.class)
        .getVirtualHosts(0)
        .getRoutesList()
        .stream()
        .map(Route::getRoute)
        .flatMap(action ->
            Stream.concat(
                Stream.of(action.getCluster()),
                action.getWeightedClusters().getClustersList().stream()
                    .map(WeightedCluster.ClusterWeight::getName)))
        .filter(cluster -> !cluster.isEmpty() && !cluster.startsWith("missing:"))
        .toList();
  }

  private static Stream<Any> filters(Any listener) {
    return StaticBootstrap.unpack(listener, Listener.class).getFilterChainsList().stream()
        .flatMap(chain -> chain.getFiltersList().stream())
        .map(Filter::getTypedConfig);
  }
}
