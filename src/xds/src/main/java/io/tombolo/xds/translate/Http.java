package io.tombolo.xds.translate;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.JwtProvider;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// RDS, and the filter that uses it: requests of one destination or to one application.
public final class Http {
  private static final String RBAC_FILTER = "envoy.filters.http.rbac";

  /// A route without rules of its own lets nobody in.
  private static final HttpFilter DENY_UNLESS_ROUTED =
      rbac(RBAC_FILTER, Rbac.of(InboundPolicy.NOBODY));

  private static final String NO_LISTS = "tombolo.no_lists";

  /// Refuses headers with several values, where a route says which.
  private static final HttpFilter NO_LISTS_IF_ROUTED =
      HttpFilter.newBuilder()
          .setName(NO_LISTS)
          .setTypedConfig(
              Protos.any(
                  RBAC.newBuilder()
                      .setMatcher(Rbac.noLists(List.of(), Set.of()))
                      .setShadowRulesStatPrefix(Logs.LISTS)
                      .build()))
          .setDisabled(true)
          .build();

  static final HttpFilter ROUTER =
      HttpFilter.newBuilder()
          .setName("envoy.filters.http.router")
          .setTypedConfig(Protos.any(Router.getDefaultInstance()))
          .build();

  private Http() {}

  /// Every request to the application, if the policy allows it. Its rules are here, and not in the
  /// listener, so that a change is small and holds for connections that are open already.
  static RouteConfiguration inboundRoute(String name, String cluster, InboundPolicy policy) {
    boolean audited = policy.enforcement() == Enforcement.AUDIT;
    var rules = RBAC.newBuilder().setRules(Rbac.of(policy));
    if (audited) {
      rules.setShadowRules(Rbac.asWritten(policy));
    }
    var route = everything(cluster).putTypedPerFilterConfig(RBAC_FILTER, override(rules.build()));
    var refused = policy.binding().rules().isEmpty() ? List.<String>of() : policy.unambiguous();
    var counted = audited ? policy.unambiguous() : List.<String>of();
    if (!refused.isEmpty() || !counted.isEmpty()) {
      var guard = RBAC.newBuilder().setMatcher(Rbac.noLists(refused, policy.exempt()));
      if (!counted.isEmpty()) {
        guard.setShadowMatcher(Rbac.noLists(counted, Set.of()));
      }
      route.putTypedPerFilterConfig(NO_LISTS, override(guard.build()));
    }
    return routes(name, List.of(route.build()));
  }

  static HttpFilter rbac(String name, io.envoyproxy.envoy.config.rbac.v3.RBAC rules) {
    return HttpFilter.newBuilder().setName(name).setTypedConfig(Protos.any(ruledBy(rules))).build();
  }

  /// Other rules for one route.
  static Any override(io.envoyproxy.envoy.config.rbac.v3.RBAC rules) {
    return override(ruledBy(rules));
  }

  private static Any override(RBAC rbac) {
    return Protos.any(RBACPerRoute.newBuilder().setRbac(rbac).build());
  }

  private static RBAC ruledBy(io.envoyproxy.envoy.config.rbac.v3.RBAC rules) {
    return RBAC.newBuilder().setRules(rules).build();
  }

  static Filter outbound(String sni) {
    return filter(manager("outbound", sni).addHttpFilters(ROUTER));
  }

  /// Tells the application who calls in `x-forwarded-client-cert`, which callers cannot forge.
  ///
  /// @param providers whose tokens the rules of the routes ask for
  /// @param report tells the control plane of each request
  static Filter inbound(
      String routes, HttpProfile profile, List<JwtProvider> providers, Optional<AccessLog> report) {
    var manager =
        HttpProfiles.under(profile, manager("inbound", routes)).addHttpFilters(NO_LISTS_IF_ROUTED);
    if (!providers.isEmpty()) {
      manager.addHttpFilters(Jwt.filter(providers));
    }
    return filter(
        manager
            .addHttpFilters(DENY_UNLESS_ROUTED)
            .addHttpFilters(ROUTER)
            .addAccessLog(Logs.REQUEST)
            .addAllAccessLog(report.stream().toList())
            .setForwardClientCertDetails(
                HttpConnectionManager.ForwardClientCertDetails.SANITIZE_SET)
            .setSetCurrentClientCertDetails(
                HttpConnectionManager.SetCurrentClientCertDetails.newBuilder().setUri(true)));
  }

  private static HttpConnectionManager.Builder manager(String stats, String routes) {
    return HttpConnectionManager.newBuilder()
        .setStatPrefix(stats)
        .setRds(Rds.newBuilder().setRouteConfigName(routes).setConfigSource(Protos.ADS))
        .setServerHeaderTransformation(
            HttpConnectionManager.ServerHeaderTransformation.PASS_THROUGH)
        .setStreamIdleTimeout(Protos.FOREVER)
        .addUpgradeConfigs(
            HttpConnectionManager.UpgradeConfig.newBuilder().setUpgradeType("websocket"));
  }

  static Filter filter(HttpConnectionManager.Builder manager) {
    return Filter.newBuilder()
        .setName("envoy.filters.network.http_connection_manager")
        .setTypedConfig(Protos.any(manager.build()))
        .build();
  }

  static RouteConfiguration routes(String name, List<Route> routes) {
    return RouteConfiguration.newBuilder()
        .setName(name)
        .addVirtualHosts(
            VirtualHost.newBuilder().setName(name).addDomains("*").addAllRoutes(routes))
        .build();
  }

  /// No timeout: the mesh does not know how long a request may take.
  static Route.Builder everything(String cluster) {
    return Route.newBuilder()
        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
        .setRoute(RouteAction.newBuilder().setCluster(cluster).setTimeout(Protos.FOREVER));
  }
}
