package io.tombolo.xds.translate;

import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Who may call, as Envoy's RBAC: whoever an allowing rule matches and no denying rule before it.
///
/// Envoy takes absent rules as "everybody may"; there is always at least one policy here.
public final class Rbac {
  /// The policy that is there when nobody may call. It matches nobody.
  private static final String NOBODY = "default-deny";

  private Rbac() {}

  public static RBAC of(InboundPolicy policy) {
    var policies = new TreeMap<String, Policy.Builder>();
    var denied = new ArrayList<>(banned(policy));
    for (var rule : policy.rules()) {
      var principals = principals(rule);
      if (rule.intention().action() == Intention.Action.DENY) {
        denied.addAll(principals);
      } else if (!principals.isEmpty()) {
        policies
            .computeIfAbsent(rule.intention().writtenIn().toString(), _ -> anyPermission())
            .addPrincipals(but(any(principals), denied));
      }
    }
    if (policies.isEmpty()) {
      policies.put(NOBODY, anyPermission().addPrincipals(not(everybody())));
    }
    var rules = RBAC.newBuilder().setAction(RBAC.Action.ALLOW);
    policies.forEach((name, allowing) -> rules.putPolicies(name, allowing.build()));
    return rules.build();
  }

  private static List<Principal> banned(InboundPolicy policy) {
    return policy.banned().stream()
        .map(id -> StringMatcher.newBuilder().setExact(id.toString()).build())
        .sorted(Rbac::byText)
        .map(Rbac::authenticated)
        .toList();
  }

  private static Policy.Builder anyPermission() {
    return Policy.newBuilder().addPermissions(Permission.newBuilder().setAny(true));
  }

  /// In stable order.
  private static List<Principal> principals(Rule rule) {
    return rule.principals().stream()
        .map(Rbac::matcher)
        .sorted(Rbac::byText)
        .map(Rbac::authenticated)
        .toList();
  }

  private static StringMatcher matcher(io.tombolo.mesh.policy.Principal principal) {
    return switch (principal) {
      case io.tombolo.mesh.policy.Principal.Exactly(var id) ->
          StringMatcher.newBuilder().setExact(id.toString()).build();
      case io.tombolo.mesh.policy.Principal.Under(var prefix) ->
          StringMatcher.newBuilder().setPrefix(prefix).build();
    };
  }

  private static int byText(StringMatcher one, StringMatcher other) {
    int byCase = one.getMatchPatternCase().compareTo(other.getMatchPatternCase());
    return byCase != 0
        ? byCase
        : (one.getExact() + one.getPrefix()).compareTo(other.getExact() + other.getPrefix());
  }

  private static Principal authenticated(StringMatcher name) {
    return Principal.newBuilder()
        .setAuthenticated(Principal.Authenticated.newBuilder().setPrincipalName(name))
        .build();
  }

  private static Principal but(Principal allowed, List<Principal> denied) {
    return denied.isEmpty()
        ? allowed
        : Principal.newBuilder()
            .setAndIds(Principal.Set.newBuilder().addIds(allowed).addIds(not(any(denied))))
            .build();
  }

  private static Principal any(List<Principal> principals) {
    return principals.size() == 1
        ? principals.getFirst()
        : Principal.newBuilder().setOrIds(Principal.Set.newBuilder().addAllIds(principals)).build();
  }

  private static Principal not(Principal principal) {
    return Principal.newBuilder().setNotId(principal).build();
  }

  private static Principal everybody() {
    return Principal.newBuilder().setAny(true).build();
  }
}
