package io.tombolo.xds.translate;

import com.google.protobuf.Duration;
import com.google.protobuf.Empty;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwksAsyncFetch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.tombolo.mesh.policy.JwtProvider;
import io.tombolo.mesh.policy.JwtProvider.Keys;
import io.tombolo.mesh.policy.JwtProvider.Location;
import java.util.List;

/// The filter that verifies tokens and leaves their claims to [Rbac], which alone decides: a token
/// that is missing or does not verify leaves none.
final class Jwt {
  static final String FILTER = "envoy.filters.http.jwt_authn";

  private static final JwtRequirement OR_NONE =
      JwtRequirement.newBuilder().setAllowMissingOrFailed(Empty.getDefaultInstance()).build();

  private Jwt() {}

  /// Under what the claims of a token of this provider are left.
  static String claims(String provider) {
    return "jwt_payload_" + provider;
  }

  /// Under what is left that a token of this provider did not verify, or that there is none. Both
  /// may be there, for Envoy looks at one token after the other.
  static String failure(String provider) {
    return "jwt_failure_" + provider;
  }

  /// Where a provider's keys are fetched from.
  static String cluster(String provider) {
    return "jwks:" + provider;
  }

  /// @param providers at least one
  static HttpFilter filter(List<JwtProvider> providers) {
    var config = JwtAuthentication.newBuilder();
    providers.forEach(provider -> config.putProviders(provider.id(), provider(provider)));
    config.addRules(
        RequirementRule.newBuilder()
            .setMatch(RouteMatch.newBuilder().setPrefix("/"))
            .setRequires(each(providers)));
    return HttpFilter.newBuilder()
        .setName(FILTER)
        .setTypedConfig(Protos.any(config.build()))
        .build();
  }

  private static JwtRequirement each(List<JwtProvider> providers) {
    var each = providers.stream().map(Jwt::orNone).toList();
    return each.size() == 1
        ? each.getFirst()
        : JwtRequirement.newBuilder()
            .setRequiresAll(JwtRequirementAndList.newBuilder().addAllRequirements(each))
            .build();
  }

  private static JwtRequirement orNone(JwtProvider provider) {
    return JwtRequirement.newBuilder()
        .setRequiresAny(
            JwtRequirementOrList.newBuilder()
                .addRequirements(JwtRequirement.newBuilder().setProviderName(provider.id()))
                .addRequirements(OR_NONE))
        .build();
  }

  private static io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider provider(
      JwtProvider provider) {
    var carriage = provider.carriage();
    var config =
        io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.newBuilder()
            .setIssuer(provider.issuer())
            .addAllAudiences(provider.audiences())
            .setClockSkewSeconds((int) provider.clockSkew().toSeconds())
            .setForward(carriage.kept())
            .setPayloadInMetadata(claims(provider.id()))
            .setFailedStatusInMetadata(failure(provider.id()));
    if (carriage.payload() != null) {
      config
          .setForwardPayloadHeader(carriage.payload().header())
          .setPadForwardPayloadHeader(carriage.payload().padded());
    }
    for (var location : carriage.locations()) {
      switch (location) {
        case Location.Header(var name, var prefix) ->
            config.addFromHeaders(JwtHeader.newBuilder().setName(name).setValuePrefix(prefix));
        case Location.Parameter(var name) -> config.addFromParams(name);
        case Location.Cookie(var name) -> config.addFromCookies(name);
      }
    }
    switch (provider.keys()) {
      case Keys.Known(var jwks) ->
          config.setLocalJwks(DataSource.newBuilder().setInlineString(jwks));
      case Keys.Fetched fetched -> config.setRemoteJwks(fetched(provider.id(), fetched));
    }
    return config.build();
  }

  /// The listener does not wait for the keys: one server that is slow would hold up every service
  /// there.
  private static RemoteJwks fetched(String provider, Keys.Fetched keys) {
    return RemoteJwks.newBuilder()
        .setHttpUri(
            HttpUri.newBuilder()
                .setUri(keys.uri())
                .setCluster(cluster(provider))
                .setTimeout(duration(keys.patience())))
        .setCacheDuration(duration(keys.refresh()))
        .setAsyncFetch(JwksAsyncFetch.newBuilder().setFastListener(true))
        .build();
  }

  private static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}
