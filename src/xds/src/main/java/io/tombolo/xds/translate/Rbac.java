package io.tombolo.xds.translate;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.config.rbac.v3.SourcedMetadata;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.matching.common_inputs.ssl.v3.UriSanInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.OrMatcher;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Rule;
import io.tombolo.mesh.policy.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Who may call, and how, as Envoy's RBAC: what an allowing rule matches and no denying rule before
/// it. All is said of principals, for there identities and requests can be combined. Where rules
/// are not enforced, whoever is of the mesh may, besides.
///
/// Envoy takes absent rules as "everybody may"; there is always at least one policy here.
public final class Rbac {
  /// The policy that is there when nobody may call. It matches nobody.
  private static final String NOBODY = "default-deny";

  /// The policy that is there when whoever is not denied may call.
  private static final String REST = "default-allow";

  /// A list, and what begins or ends with a blank.
  private static final List<com.github.xds.type.matcher.v3.StringMatcher> UNCLEAR =
      Stream.concat(
              Stream.of(unclear().setContains(InboundPolicy.LIST)),
              InboundPolicy.BLANKS.stream()
                  .flatMap(
                      blank -> Stream.of(unclear().setPrefix(blank), unclear().setSuffix(blank))))
          .map(com.github.xds.type.matcher.v3.StringMatcher.Builder::build)
          .toList();

  /// The policy that is there where rules are not enforced: whoever is of the mesh may call.
  private static final String EXEMPT = "not-enforced";

  /// What an earlier rule has denied.
  ///
  /// @param principals whom it is about
  /// @param as one principal or several that say so
  private record Denied(Set<io.tombolo.mesh.policy.Principal> principals, List<Principal> as) {
    boolean concerns(Rule later) {
      return later.principals().stream()
          .anyMatch(one -> principals.stream().anyMatch(one::overlaps));
    }
  }

  private Rbac() {}

  private static com.github.xds.type.matcher.v3.StringMatcher.Builder unclear() {
    return com.github.xds.type.matcher.v3.StringMatcher.newBuilder();
  }

  /// Whom the proxy lets in.
  ///
  /// @param policy of one port
  public static RBAC of(InboundPolicy policy) {
    if (policy.exempt().isEmpty()) {
      return asWritten(policy);
    }
    var exempt =
        policy.exempt().stream()
            .map(Rbac::matcher)
            .sorted(Rbac::byText)
            .map(Rbac::authenticated)
            .toList();
    var rules = asWritten(policy.binding()).toBuilder().removePolicies(NOBODY);
    return rules
        .putPolicies(
            EXEMPT, anyPermission().addPrincipals(but(any(exempt), banned(policy))).build())
        .build();
  }

  /// Whom the rules let in, enforced or not.
  ///
  /// @param policy of one port
  static RBAC asWritten(InboundPolicy policy) {
    var policies = new TreeMap<String, Policy.Builder>();
    var banned = banned(policy);
    var denied = new ArrayList<Denied>();
    for (var rule : policy.rules()) {
      var principals = principals(rule);
      if (principals.isEmpty()) {
        continue;
      }
      if (rule.action() == Action.DENY) {
        denied.add(new Denied(rule.principals(), denying(principals, rule.condition())));
      } else {
        var before =
            denied.stream().filter(d -> d.concerns(rule)).flatMap(d -> d.as().stream()).toList();
        policies
            .computeIfAbsent(rule.name(), _ -> anyPermission())
            .addPrincipals(but(that(any(principals), rule.condition()), joined(banned, before)));
      }
    }
    if (policy.mode().byDefault() == Action.ALLOW) {
      var before = denied.stream().flatMap(d -> d.as().stream()).toList();
      policies.put(REST, anyPermission().addPrincipals(but(everybody(), joined(banned, before))));
    }
    if (policies.isEmpty()) {
      policies.put(NOBODY, anyPermission().addPrincipals(not(everybody())));
    }
    var rules = RBAC.newBuilder().setAction(RBAC.Action.ALLOW);
    policies.forEach((name, allowing) -> rules.putPolicies(name, allowing.build()));
    return rules.build();
  }

  /// Denies requests with several values of one of these headers, whether it comes more than once
  /// or as a list, and with a blank at either end of it. Rules cannot say that: they look at each
  /// value of a header alone, a matcher at all, joined.
  ///
  /// @param headers see [InboundPolicy#unambiguous]
  /// @param exempt whose requests are let through
  static Matcher noLists(List<String> headers, Set<io.tombolo.mesh.policy.Principal> exempt) {
    var matcher =
        Matcher.newBuilder()
            .setOnNoMatch(Matcher.OnMatch.newBuilder().setAction(action("any", RBAC.Action.ALLOW)));
    for (var header : headers) {
      var unclear = Matcher.MatcherList.Predicate.PredicateList.newBuilder();
      var input = HttpRequestHeaderMatchInput.newBuilder().setHeaderName(header).build();
      UNCLEAR.forEach(text -> unclear.addPredicate(isSo("header", input, text)));
      matcher
          .getMatcherListBuilder()
          .addMatchers(
              Matcher.MatcherList.FieldMatcher.newBuilder()
                  .setPredicate(
                      of(
                          Matcher.MatcherList.Predicate.newBuilder().setOrMatcher(unclear).build(),
                          exempt))
                  .setOnMatch(
                      Matcher.OnMatch.newBuilder()
                          .setAction(action("list/" + header, RBAC.Action.DENY))));
    }
    return matcher.build();
  }

  /// Is it so, and the caller not one of these?
  private static Matcher.MatcherList.Predicate of(
      Matcher.MatcherList.Predicate so, Set<io.tombolo.mesh.policy.Principal> exempt) {
    if (exempt.isEmpty()) {
      return so;
    }
    var both = Matcher.MatcherList.Predicate.PredicateList.newBuilder().addPredicate(so);
    exempt.stream()
        .map(Rbac::called)
        .map(one -> Matcher.MatcherList.Predicate.newBuilder().setNotMatcher(one).build())
        .forEach(both::addPredicate);
    return Matcher.MatcherList.Predicate.newBuilder().setAndMatcher(both).build();
  }

  private static Matcher.MatcherList.Predicate called(io.tombolo.mesh.policy.Principal caller) {
    var name = com.github.xds.type.matcher.v3.StringMatcher.newBuilder();
    switch (caller) {
      case io.tombolo.mesh.policy.Principal.Exactly(var id) -> name.setExact(id.toString());
      case io.tombolo.mesh.policy.Principal.Under(var prefix) -> name.setPrefix(prefix);
    }
    return isSo("caller", UriSanInput.getDefaultInstance(), name.build());
  }

  private static Matcher.MatcherList.Predicate isSo(
      String what, Message input, com.github.xds.type.matcher.v3.StringMatcher text) {
    return Matcher.MatcherList.Predicate.newBuilder()
        .setSinglePredicate(
            Matcher.MatcherList.Predicate.SinglePredicate.newBuilder()
                .setInput(extension(what, input))
                .setValueMatch(text))
        .build();
  }

  private static TypedExtensionConfig action(String name, RBAC.Action action) {
    var decided =
        io.envoyproxy.envoy.config.rbac.v3.Action.newBuilder().setName(name).setAction(action);
    return extension("action", decided.build());
  }

  private static TypedExtensionConfig extension(String name, Message config) {
    return TypedExtensionConfig.newBuilder()
        .setName(name)
        .setTypedConfig(Protos.any(config))
        .build();
  }

  private static List<Principal> banned(InboundPolicy policy) {
    return policy.banned().stream()
        .map(id -> StringMatcher.newBuilder().setExact(id.toString()).build())
        .sorted(Rbac::byText)
        .map(Rbac::authenticated)
        .toList();
  }

  private static List<Principal> joined(List<Principal> some, List<Principal> more) {
    var all = new ArrayList<>(some);
    more.stream().filter(one -> !all.contains(one)).forEach(all::add);
    return all;
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

  private static List<Principal> denying(List<Principal> principals, Condition condition) {
    return condition.equals(Condition.always())
        ? principals
        : List.of(that(any(principals), condition));
  }

  private static Principal that(Principal caller, Condition condition) {
    return condition.equals(Condition.always()) ? caller : all(List.of(caller, of(condition)));
  }

  private static Principal of(Condition condition) {
    return switch (condition) {
      case Condition.AllOf(var of) ->
          of.isEmpty() ? everybody() : all(of.stream().map(Rbac::of).toList());
      case Condition.AnyOf(var of) ->
          of.isEmpty() ? not(everybody()) : any(of.stream().map(Rbac::of).toList());
      case Condition.Not(var of) -> not(of(of));
      case Condition.Path(var test) -> path(test);
      case Condition.Method(var name) -> header(":method", Text.exact(name), false);
      case Condition.Header header -> header(header.name(), header.test(), header.inverted());
      case Condition.Caller(var principal) -> authenticated(matcher(principal));
      case Condition.Claim claim -> claim(claim);
      case Condition.Token _ ->
          throw new IllegalArgumentException("the provider is not found out: " + condition);
      case Condition.Port _ ->
          throw new IllegalArgumentException("the policy is not that of one port: " + condition);
    };
  }

  private static Principal path(Text test) {
    return test.kind() == Text.Kind.PRESENT
        ? everybody()
        : Principal.newBuilder()
            .setUrlPath(PathMatcher.newBuilder().setPath(matcher(test)))
            .build();
  }

  private static Principal header(String name, Text test, boolean inverted) {
    var header = HeaderMatcher.newBuilder().setName(name).setInvertMatch(inverted);
    if (test.kind() == Text.Kind.PRESENT) {
      header.setPresentMatch(true);
    } else {
      header.setStringMatch(matcher(test));
    }
    return Principal.newBuilder().setHeader(header).build();
  }

  /// The claims of a token that was verified, if none beside it failed: else a good one would open
  /// the door for another, which the application might take for good.
  private static Principal claim(Condition.Claim claim) {
    var path = new ArrayList<>(List.of(Jwt.claims(claim.provider())));
    path.addAll(claim.path());
    var failure = List.of(Jwt.failure(claim.provider()), "code");
    return all(
        List.of(
            left(path, value(claim.test())),
            not(left(failure, ValueMatcher.newBuilder().setPresentMatch(true).build()))));
  }

  /// What the filter for tokens has left.
  private static Principal left(List<String> path, ValueMatcher value) {
    var at = MetadataMatcher.newBuilder().setFilter(Jwt.FILTER).setValue(value);
    path.forEach(name -> at.addPathBuilder().setKey(name));
    return Principal.newBuilder()
        .setSourcedMetadata(SourcedMetadata.newBuilder().setMetadataMatcher(at))
        .build();
  }

  /// The text itself, or a list in which it is.
  private static ValueMatcher value(Text test) {
    if (test.kind() == Text.Kind.PRESENT) {
      return ValueMatcher.newBuilder().setPresentMatch(true).build();
    }
    var text = ValueMatcher.newBuilder().setStringMatch(matcher(test));
    var list = ValueMatcher.newBuilder().setListMatch(ListMatcher.newBuilder().setOneOf(text));
    return ValueMatcher.newBuilder()
        .setOrMatch(OrMatcher.newBuilder().addValueMatchers(text).addValueMatchers(list))
        .build();
  }

  private static StringMatcher matcher(Text test) {
    var matcher = StringMatcher.newBuilder().setIgnoreCase(test.ignoreCase());
    return switch (test.kind()) {
      case EXACT -> matcher.setExact(test.value()).build();
      case PREFIX -> matcher.setPrefix(test.value()).build();
      case SUFFIX -> matcher.setSuffix(test.value()).build();
      case CONTAINS -> matcher.setContains(test.value()).build();
      case PRESENT -> throw new IllegalArgumentException("is no text to look for");
    };
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
    return denied.isEmpty() ? allowed : all(List.of(allowed, not(any(denied))));
  }

  private static Principal all(List<Principal> principals) {
    return Principal.newBuilder()
        .setAndIds(Principal.Set.newBuilder().addAllIds(principals))
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
