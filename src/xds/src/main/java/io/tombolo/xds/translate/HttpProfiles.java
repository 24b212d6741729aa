package io.tombolo.xds.translate;

import com.google.protobuf.BoolValue;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.tombolo.mesh.catalog.HttpProfile;
import java.util.List;
import java.util.stream.Stream;

/// What a profile makes of requests before rules judge them: Envoy's own normalisation, and in the
/// strict profile a first filter that refuses what an application could still read otherwise.
///
/// Each policy of that filter is named after a class of such requests; the access log gives it as
/// the reason. Paths are judged without their query and as Envoy has normalised them: dots are
/// resolved, there is no raw backslash, and letters, digits, `-`, `.`, `_` and `~` are not escaped.
final class HttpProfiles {
  /// What reaches applications of RFC 9110, RFC 5789 (PATCH) and WebDAV, and PURGE. Any other, and
  /// one of these in small letters, may be GET to an application.
  private static final List<String> METHODS =
      List.of(
          "GET",
          "HEAD",
          "POST",
          "PUT",
          "DELETE",
          "OPTIONS",
          "PATCH",
          "PROPFIND",
          "PROPPATCH",
          "MKCOL",
          "COPY",
          "MOVE",
          "LOCK",
          "UNLOCK",
          "REPORT",
          "SEARCH",
          "PURGE");

  /// Headers that make frameworks take another method or path than the request's.
  private static final List<String> OVERRIDES =
      List.of(
          "x-http-method",
          "x-http-method-override",
          "x-method-override",
          "x-original-url",
          "x-rewrite-url");

  /// What only proxies say. Envoy itself removes the others that it understands.
  private static final List<String> OF_PROXIES =
      List.of(
          "x-envoy-attempt-count",
          "x-envoy-decorator-operation",
          "x-envoy-downstream-service-cluster",
          "x-envoy-downstream-service-node",
          "x-envoy-external-address",
          "x-envoy-original-dst-host",
          "x-envoy-original-host",
          "x-envoy-original-path",
          "x-envoy-peer-metadata",
          "x-envoy-peer-metadata-id");

  /// Escapes that no UTF-8 text has: forms longer than need be, surrogates, beyond Unicode.
  private static final List<String> NOT_UTF_8 =
      List.of(
          "%c0",
          "%c1", "%e0%8", "%e0%9", "%ed%a", "%ed%b", "%f0%8", "%f4%9", "%f5", "%f6", "%f7", "%f8",
          "%f9", "%fa", "%fb", "%fc", "%fd", "%fe", "%ff");

  /// What may stand in a normalised path and is no hexadecimal digit.
  private static final String NO_DIGITS = "ghijklmnopqrstuvwxyz!$%&'()*+,-./:=@[]_~";

  /// What may stand in an authority by its grammar, but not in the name of a host.
  private static final String NOT_IN_HOSTS = ",;@%!$&'()*+=~";

  private static final HttpFilter REFUSE =
      HttpFilter.newBuilder()
          .setName("tombolo.http_profile")
          .setTypedConfig(
              Protos.any(
                  io.envoyproxy
                      .envoy
                      .extensions
                      .filters
                      .http
                      .rbac
                      .v3
                      .RBAC
                      .newBuilder()
                      .setRules(refused())
                      .setRulesStatPrefix("http_profile.")
                      .build()))
          .build();

  private static final TypedExtensionConfig REMOVE =
      TypedExtensionConfig.newBuilder()
          .setName("tombolo.http_profile")
          .setTypedConfig(Protos.any(removed()))
          .build();

  private HttpProfiles() {}

  /// The same connection manager under a profile. It must not have filters yet.
  static HttpConnectionManager.Builder under(
      HttpProfile profile, HttpConnectionManager.Builder manager) {
    manager
        .setNormalizePath(BoolValue.of(true))
        .setMergeSlashes(true)
        .addEarlyHeaderMutationExtensions(REMOVE);
    return switch (profile) {
      case RELAXED -> manager;
      case STRICT ->
          manager
              .setPathWithEscapedSlashesAction(PathWithEscapedSlashesAction.REJECT_REQUEST)
              .setStripAnyHostPort(true)
              .setStripTrailingHostDot(true)
              .setCommonHttpProtocolOptions(
                  HttpProtocolOptions.newBuilder()
                      .setHeadersWithUnderscoresAction(HeadersWithUnderscoresAction.REJECT_REQUEST))
              .addHttpFilters(REFUSE);
    };
  }

  private static HeaderMutation removed() {
    var removed = HeaderMutation.newBuilder();
    OF_PROXIES.forEach(name -> removed.addMutationsBuilder().setRemove(name));
    return removed.build();
  }

  private static RBAC refused() {
    return RBAC.newBuilder()
        .setAction(RBAC.Action.DENY)
        .putPolicies(
            "http-profile/path-parameter", policy(path(contains(";")), path(contains("%3b"))))
        .putPolicies("http-profile/double-encoding", policy(path(contains("%25"))))
        .putPolicies(
            "http-profile/encoded-delimiter", policy(path(contains("%23")), path(contains("%3f"))))
        .putPolicies("http-profile/encoded-control", escapes(Stream.of("%0", "%1", "%7f")))
        .putPolicies("http-profile/invalid-escape", policy(invalidEscape()))
        .putPolicies("http-profile/invalid-utf-8", escapes(NOT_UTF_8.stream()))
        .putPolicies(
            "http-profile/trailing-dot-or-space",
            policy(
                path(contains("./")),
                path(contains("%20/")),
                path(endsWith(".")),
                path(endsWith("%20"))))
        .putPolicies("http-profile/host", policy(badHost()))
        .putPolicies(
            "http-profile/method", policy(not(any(METHODS.stream().map(HttpProfiles::method)))))
        .putPolicies(
            "http-profile/override-header",
            policy(any(OVERRIDES.stream().map(HttpProfiles::present))))
        .build();
  }

  private static Policy escapes(Stream<String> texts) {
    return policy(escaped(texts.map(text -> path(contains(text)))));
  }

  /// A `%` before something that is no digit, or too near to the end. If just the second digit is
  /// none, applications refuse the path or take it as it is written, as rules do.
  private static Permission invalidEscape() {
    var inside = signs(NO_DIGITS).map(sign -> contains("%" + sign));
    var atEnd = Stream.concat(Stream.of(""), signs("0123456789abcdef")).map(d -> endsWith("%" + d));
    return escaped(Stream.concat(inside, atEnd).map(HttpProfiles::path));
  }

  /// Most paths have no `%`, so that nothing else has to be looked for in them.
  private static Permission escaped(Stream<Permission> permissions) {
    return all(path(contains("%")), any(permissions));
  }

  /// An authority that is neither the name of one host nor an address. Envoy has taken off a port
  /// and a last dot.
  private static Permission badHost() {
    var address = host(startsWith("["));
    var never = signs(NOT_IN_HOSTS).map(sign -> host(contains(sign)));
    return any(
        Stream.concat(
            never,
            Stream.of(
                host(StringMatcher.newBuilder().setExact("").build()),
                host(startsWith(".")),
                host(endsWith(".")),
                host(contains("..")),
                all(address, not(host(endsWith("]")))),
                all(address, not(host(contains(":")))),
                all(host(contains(":")), not(address)))));
  }

  private static Stream<String> signs(String all) {
    return all.chars().mapToObj(Character::toString);
  }

  private static StringMatcher contains(String text) {
    return StringMatcher.newBuilder().setContains(text).setIgnoreCase(true).build();
  }

  private static StringMatcher startsWith(String text) {
    return StringMatcher.newBuilder().setPrefix(text).build();
  }

  private static StringMatcher endsWith(String text) {
    return StringMatcher.newBuilder().setSuffix(text).setIgnoreCase(true).build();
  }

  private static Permission path(StringMatcher matcher) {
    return Permission.newBuilder().setUrlPath(PathMatcher.newBuilder().setPath(matcher)).build();
  }

  private static Permission host(StringMatcher matcher) {
    return header(HeaderMatcher.newBuilder().setName(":authority").setStringMatch(matcher));
  }

  private static Permission method(String name) {
    var exactly = StringMatcher.newBuilder().setExact(name);
    return header(HeaderMatcher.newBuilder().setName(":method").setStringMatch(exactly));
  }

  private static Permission present(String header) {
    return header(HeaderMatcher.newBuilder().setName(header).setPresentMatch(true));
  }

  private static Permission header(HeaderMatcher.Builder matcher) {
    return Permission.newBuilder().setHeader(matcher).build();
  }

  private static Permission not(Permission permission) {
    return Permission.newBuilder().setNotRule(permission).build();
  }

  private static Permission all(Permission one, Permission other) {
    return Permission.newBuilder()
        .setAndRules(Permission.Set.newBuilder().addRules(one).addRules(other))
        .build();
  }

  private static Permission any(Stream<Permission> permissions) {
    return Permission.newBuilder()
        .setOrRules(Permission.Set.newBuilder().addAllRules(permissions.toList()))
        .build();
  }

  private static Policy policy(Permission... any) {
    return Policy.newBuilder()
        .addAllPermissions(List.of(any))
        .addPrincipals(Principal.newBuilder().setAny(true))
        .build();
  }
}
