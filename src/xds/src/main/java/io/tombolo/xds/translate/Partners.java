package io.tombolo.xds.translate;

import com.google.api.expr.v1alpha1.Constant;
import com.google.api.expr.v1alpha1.Expr;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.tombolo.mesh.identity.TrustDomain;
import java.util.List;
import java.util.stream.Stream;

/// What keeps an authority of another trust domain from speaking for ours.
///
/// Envoy verifies a certificate with the roots of the trust domain in its first URI name, but the
/// matchers of [Tls] and [Rbac] look at every name in it. So who may sign for a partner could put a
/// second name beside the first, one of our trust domain. This filter comes before all others: the
/// first URI name decides of which trust domain a peer is, and no name in its certificate may be of
/// another one that is let in.
final class Partners {
  private Partners() {}

  /// @param partners at least one
  static Filter filter(TrustDomain own, List<TrustDomain> partners) {
    var all = Stream.concat(Stream.of(own), partners.stream()).map(Partners::prefix).toList();
    var rules =
        io.envoyproxy
            .envoy
            .config
            .rbac
            .v3
            .RBAC
            .newBuilder()
            .setAction(io.envoyproxy.envoy.config.rbac.v3.RBAC.Action.ALLOW);
    all.forEach(prefix -> rules.putPolicies(prefix, only(prefix, all)));
    return Filter.newBuilder()
        .setName("tombolo.one_trust_domain")
        .setTypedConfig(
            Protos.any(
                io.envoyproxy
                    .envoy
                    .extensions
                    .filters
                    .network
                    .rbac
                    .v3
                    .RBAC
                    .newBuilder()
                    .setStatPrefix("tombolo_trust_domain")
                    .setRules(rules)
                    .build()))
        .build();
  }

  private static String prefix(TrustDomain domain) {
    return "spiffe://" + domain + "/";
  }

  private static Policy only(String prefix, List<String> all) {
    var principal = Principal.Set.newBuilder().addIds(named(prefix));
    all.stream()
        .filter(other -> !other.equals(prefix))
        .forEach(other -> principal.addIds(Principal.newBuilder().setNotId(named(other))));
    return Policy.newBuilder()
        .addPermissions(Permission.newBuilder().setAny(true))
        .addPrincipals(Principal.newBuilder().setAndIds(principal))
        .setCondition(firstUriStartsWith(prefix))
        .build();
  }

  private static Principal named(String prefix) {
    return Principal.newBuilder()
        .setAuthenticated(
            Principal.Authenticated.newBuilder()
                .setPrincipalName(StringMatcher.newBuilder().setPrefix(prefix)))
        .build();
  }

  /// `connection.uri_san_peer_certificate.startsWith(prefix)`; the attribute is the first URI name.
  private static Expr firstUriStartsWith(String prefix) {
    var connection = Expr.newBuilder().setIdentExpr(Expr.Ident.newBuilder().setName("connection"));
    var uri =
        Expr.newBuilder()
            .setSelectExpr(
                Expr.Select.newBuilder()
                    .setOperand(connection)
                    .setField("uri_san_peer_certificate"));
    var text = Expr.newBuilder().setConstExpr(Constant.newBuilder().setStringValue(prefix));
    return Expr.newBuilder()
        .setCallExpr(Expr.Call.newBuilder().setFunction("startsWith").setTarget(uri).addArgs(text))
        .build();
  }
}
