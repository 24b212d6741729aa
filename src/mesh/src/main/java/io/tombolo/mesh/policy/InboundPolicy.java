package io.tombolo.mesh.policy;

import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Intention.Action;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Who may call one service, and how: rules in the order they are tried. The first that matches
/// decides, if they are enforced.
///
/// @param banned denied before any rule is tried
/// @param mode what holds if no rule matches, and of headers that come more than once
/// @param providers whose tokens the rules ask for, in order
/// @param enforcement what the rules do
/// @param exempt whom they do not bind: let in whatever they say, unless banned. Nobody where they
///   are enforced.
public record InboundPolicy(
    Set<SpiffeId> banned,
    List<Rule> rules,
    Mode mode,
    List<JwtProvider> providers,
    Enforcement enforcement,
    Set<Principal> exempt) {
  /// What stands between the values of a header that comes more than once.
  public static final String LIST = ",";

  /// What an application takes off the ends of a value, and HTTP/2 leaves there.
  public static final List<String> BLANKS = List.of(" ", "\t");

  /// Denies everybody.
  public static final InboundPolicy NOBODY = new InboundPolicy(Set.of(), List.of(), Mode.STRICT);

  public InboundPolicy {
    banned = Set.copyOf(banned);
    rules = List.copyOf(rules);
    providers = List.copyOf(providers);
    exempt = Set.copyOf(exempt);
    if (enforcement == Enforcement.ENFORCE && !exempt.isEmpty()) {
      throw new IllegalArgumentException("rules that are enforced bind everybody");
    }
  }

  /// One that is enforced.
  public InboundPolicy(
      Set<SpiffeId> banned, List<Rule> rules, Mode mode, List<JwtProvider> providers) {
    this(banned, rules, mode, providers, Enforcement.ENFORCE, Set.of());
  }

  /// Without rules on tokens.
  public InboundPolicy(Set<SpiffeId> banned, List<Rule> rules, Mode mode) {
    this(banned, rules, mode, List.of());
  }

  /// The same with the providers of tokens that are to be known.
  public InboundPolicy with(List<JwtProvider> known) {
    return with(rules, known);
  }

  /// The same with other rules.
  public InboundPolicy ruledBy(List<Rule> others) {
    return with(others, providers);
  }

  /// The same where others are banned.
  public InboundPolicy banning(Set<SpiffeId> others) {
    return new InboundPolicy(others, rules, mode, providers, enforcement, exempt);
  }

  InboundPolicy with(List<Rule> others, List<JwtProvider> known) {
    return new InboundPolicy(banned, others, mode, known, enforcement, exempt);
  }

  /// The same as it is once enforced.
  public InboundPolicy enforced() {
    return enforcement == Enforcement.ENFORCE
        ? this
        : new InboundPolicy(banned, rules, mode, providers);
  }

  /// As far as it is enforced now: what it means for those whom it binds.
  public InboundPolicy binding() {
    return exempt.isEmpty()
        ? this
        : with(rules.stream().filter(this::binds).toList(), providers).enforced();
  }

  private boolean binds(Rule rule) {
    return rule.principals().stream()
        .anyMatch(bound -> exempt.stream().noneMatch(one -> one.covers(bound)));
  }

  /// May this caller call whatever the rules say?
  public boolean exempts(SpiffeId caller) {
    return !banned.contains(caller) && exempt.stream().anyMatch(one -> one.matches(caller));
  }

  /// What a proxy does with a request to a port that this is the policy of.
  public boolean lets(Request request) {
    return exempts(request.caller()) || decide(request).allowed();
  }

  /// The trust domains besides our own of whom a rule allows something, in order.
  public List<TrustDomain> partners(TrustDomain own) {
    return rules.stream()
        .filter(rule -> rule.action() == Action.ALLOW)
        .flatMap(rule -> rule.principals().stream())
        .filter(Principal.Exactly.class::isInstance)
        .map(principal -> ((Principal.Exactly) principal).id())
        .map(SpiffeId::trustDomain)
        .filter(domain -> !domain.equals(own))
        .distinct()
        .sorted(Comparator.comparing(TrustDomain::name))
        .toList();
  }

  /// The policy of the service's workloads of one identity.
  public InboundPolicy at(SpiffeId workload) {
    var there =
        rules.stream().filter(rule -> rule.intention().destination().holdsAt(workload)).toList();
    return there.size() == rules.size() ? this : with(there, providers);
  }

  /// The policy of one port; see [Rule#at].
  public InboundPolicy at(Port port) {
    var there = rules.stream().flatMap(rule -> rule.at(port).stream()).toList();
    var asked =
        providers.stream()
            .filter(provider -> there.stream().anyMatch(rule -> asksFor(provider, rule)))
            .toList();
    return there.equals(rules) && asked.equals(providers) ? this : with(there, asked);
  }

  private static boolean asksFor(JwtProvider provider, Rule rule) {
    return rule.condition()
        .parts()
        .anyMatch(part ->
            part instanceof Condition.Claim claim && claim.provider().equals(provider.id()));
  }

  /// The first rule by which some request, to some of the service's workloads, of this caller may
  /// be allowed, if there is one.
  public Optional<Rule> opening(SpiffeId caller) {
    var any = Request.connection(caller, 0);
    return banned.contains(caller)
        ? Optional.empty()
        : rules.stream()
            .filter(rule -> rule.concerns(any))
            .takeWhile(rule -> !(rule.action() == Action.DENY && rule.isLastWord()))
            .filter(rule -> rule.action() == Action.ALLOW)
            .findFirst();
  }

  /// May any request of this caller be allowed?
  public boolean mayAllow(SpiffeId caller) {
    return exempts(caller)
        || opening(caller).isPresent()
        || (mode.byDefault() == Action.ALLOW
            && !banned.contains(caller)
            && rules.stream()
                .noneMatch(
                    rule -> rule.isLastWord() && rule.concerns(Request.connection(caller, 0))));
  }

  /// The headers that must come once at most, be no list and have no blank at an end, for rules
  /// look at their values, and who reads them later may take another value than a rule did. In
  /// order.
  public List<String> unambiguous() {
    return mode.strict() ? valuesTested() : List.of();
  }

  /// The headers whose values rules look at, in order.
  List<String> valuesTested() {
    return rules.stream()
        .flatMap(rule -> rule.condition().headers())
        .filter(Condition.Header::testsValue)
        .map(Condition.Header::name)
        .distinct()
        .sorted()
        .toList();
  }

  /// What the rules say, enforced or not.
  ///
  /// @param request to a port that this is the policy of
  public Decision decide(Request request) {
    return decide(request, unambiguous());
  }

  /// @param single the headers that must not be ambiguous
  Decision decide(Request request, List<String> single) {
    if (banned.contains(request.caller())) {
      return new Decision.Banned();
    }
    return ambiguous(request, single)
        .<Decision>map(Decision.Ambiguous::new)
        .or(() ->
            rules.stream()
                .filter(rule -> rule.matches(request))
                .findFirst()
                .map(Decision.Ruled::new))
        .orElseGet(() -> new Decision.Defaulted(mode.byDefault()));
  }

  private static Optional<String> ambiguous(Request request, List<String> single) {
    var http = request.http();
    return http == null || http.headers().isEmpty()
        ? Optional.empty()
        : single.stream()
            .filter(
                name -> isUnclear(String.join(LIST, http.headers().getOrDefault(name, List.of()))))
            .findFirst();
  }

  /// Would a value like this be refused?
  public static boolean isUnclear(String joined) {
    return joined.contains(LIST)
        || BLANKS.stream().anyMatch(blank -> joined.startsWith(blank) || joined.endsWith(blank));
  }
}
