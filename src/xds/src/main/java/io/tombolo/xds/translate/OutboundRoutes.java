package io.tombolo.xds.translate;

import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.route.Choice;
import io.tombolo.mesh.route.RouteRule;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// RDS, the way out: where the requests to one destination go.
public final class OutboundRoutes {
  private static final int SERVER_ERROR = 500;

  /// @param choices what routes say, in the order in which it is tried; empty if none is about it,
  ///   and every request goes to the destination itself
  public record Routed(String sni, Optional<List<Choice>> choices, TrustDomain trustDomain) {}

  private OutboundRoutes() {}

  /// A request that no choice matches is answered with 404.
  public static RouteConfiguration of(Routed routed) {
    return Http.routes(
        routed.sni(),
        routed
            .choices()
            .map(choices ->
                choices.stream().map(choice -> route(choice, routed.trustDomain())).toList())
            .orElseGet(() -> List.of(Http.everything(routed.sni()).build())));
  }

  /// The destination that a share goes to; empty if there is none.
  public static Optional<String> sni(Choice.Share share, TrustDomain trustDomain) {
    return share.port().map(port -> Destination.sni(share.backend().service(), port, trustDomain));
  }

  private static Route route(Choice choice, TrustDomain trustDomain) {
    var rule = choice.rule();
    var route =
        Route.newBuilder()
            .setMatch(match(choice.match()))
            .addAllRequestHeadersToAdd(headers(rule.requests()))
            .addAllRequestHeadersToRemove(rule.requests().remove())
            .addAllResponseHeadersToAdd(headers(rule.responses()))
            .addAllResponseHeadersToRemove(rule.responses().remove());
    var shares = choice.shares().stream().filter(share -> share.backend().weight() > 0).toList();
    if (shares.stream().allMatch(share -> share.port().isEmpty())) {
      return route
          .setDirectResponse(DirectResponseAction.newBuilder().setStatus(SERVER_ERROR))
          .build();
    }
    var action =
        RouteAction.newBuilder()
            .setClusterNotFoundResponseCode(
                RouteAction.ClusterNotFoundResponseCode.INTERNAL_SERVER_ERROR)
            .setTimeout(Durations.fromMillis(rule.timeoutMillis()));
    if (shares.size() == 1) {
      action.setCluster(cluster(shares.getFirst(), trustDomain));
    } else {
      var clusters = WeightedCluster.newBuilder();
      shares.forEach(share ->
          clusters.addClusters(
              WeightedCluster.ClusterWeight.newBuilder()
                  .setName(cluster(share, trustDomain))
                  .setWeight(UInt32Value.of(share.backend().weight()))));
      action.setWeightedClusters(clusters);
    }
    return route.setRoute(action).build();
  }

  /// Of what is not there a name that no cluster has, so that this share is answered with 500.
  private static String cluster(Choice.Share share, TrustDomain trustDomain) {
    var backend = share.backend();
    return sni(share, trustDomain)
        .orElseGet(() -> "missing:" + backend.service() + ":" + backend.port());
  }

  private static RouteMatch match(RouteRule.Match match) {
    var matcher = RouteMatch.newBuilder();
    if (match.exact()) {
      matcher.setPath(match.path());
    } else if (match.path().equals("/")) {
      matcher.setPrefix("/");
    } else {
      matcher.setPathSeparatedPrefix(match.path());
    }
    if (!match.method().isEmpty()) {
      matcher.addHeaders(header(":method", match.method()));
    }
    match.headers().forEach(field -> matcher.addHeaders(header(field.name(), field.value())));
    match
        .queries()
        .forEach(query ->
            matcher.addQueryParameters(
                QueryParameterMatcher.newBuilder()
                    .setName(query.name())
                    .setStringMatch(exactly(query.value()))));
    return matcher.build();
  }

  private static HeaderMatcher header(String name, String value) {
    return HeaderMatcher.newBuilder().setName(name).setStringMatch(exactly(value)).build();
  }

  private static StringMatcher exactly(String value) {
    return StringMatcher.newBuilder().setExact(value).build();
  }

  private static List<HeaderValueOption> headers(RouteRule.HeaderEdits edits) {
    return Stream.concat(
            edits.set().stream()
                .map(field ->
                    header(field, HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)),
            edits.add().stream()
                .map(field ->
                    header(field, HeaderValueOption.HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD)))
        .toList();
  }

  /// A `%` would begin a command of Envoy's formatter.
  private static HeaderValueOption header(
      RouteRule.Field field, HeaderValueOption.HeaderAppendAction action) {
    return HeaderValueOption.newBuilder()
        .setHeader(
            HeaderValue.newBuilder()
                .setKey(field.name())
                .setValue(field.value().replace("%", "%%")))
        .setAppendAction(action)
        .build();
  }
}
