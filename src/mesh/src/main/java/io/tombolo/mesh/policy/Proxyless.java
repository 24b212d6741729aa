package io.tombolo.mesh.policy;

import io.tombolo.mesh.policy.Intention.Action;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What a gRPC server that has no proxy enforces of a policy, by the RBAC of gRPC itself.
///
/// A test that gRPC cannot make, or makes otherwise than Envoy, lets nobody in: where it would
/// allow it never holds, where it would deny it always does. So who is allowed here is allowed by
/// the policy, and the reverse holds where there is no such test.
///
/// @param policy of one port, with tests only that gRPC makes as Envoy does
/// @param unambiguous the headers that must come once at most and be no list, in any mode: gRPC
///   sees the values of one that comes more than once as a list
public record Proxyless(InboundPolicy policy, List<String> unambiguous) {
  /// A test that gRPC does not make, and why it does not.
  public record Blind(Rule rule, Condition test, String why) {
    @Override
    public String toString() {
      return "%s: %s is not seen by a gRPC server without proxy: %s. %s"
          .formatted(
              rule.name(),
              test,
              why,
              rule.action() == Action.ALLOW
                  ? "Whom only this would let in is denied"
                  : "Whomever it is about is denied whether it holds or not");
    }
  }

  /// Headers that Envoy sets, takes away or joins in another way, or that gRPC does not show.
  private static final Set<String> OF_CONNECTIONS =
      Set.of(
          "connection",
          "content-length",
          "cookie",
          "expect",
          "host",
          "keep-alive",
          "proxy-connection",
          "te",
          "transfer-encoding",
          "upgrade",
          "x-request-id");

  private static final List<String> OF_PROXIES = List.of("x-envoy-", "x-forwarded-");

  /// How the headers begin that gRPC tells nobody of.
  private static final String HIDDEN = "grpc-";

  public Proxyless {
    unambiguous = List.copyOf(unambiguous);
  }

  /// What is enforced of the policy of one port: nothing is allowed if that depends on a header
  /// being no list which gRPC hides.
  public static Proxyless of(InboundPolicy policy) {
    boolean hidden = policy.unambiguous().stream().anyMatch(header -> header.startsWith(HIDDEN));
    return new Proxyless(
        policy.with(hidden ? List.of() : seen(policy), List.of()),
        policy.valuesTested().stream().filter(header -> !header.startsWith(HIDDEN)).toList());
  }

  private static List<Rule> seen(InboundPolicy policy) {
    return policy.rules().stream()
        .map(rule -> rule.with(seen(rule), rule.action()))
        .filter(rule -> !rule.condition().equals(Condition.never()))
        .toList();
  }

  private static Condition seen(Rule rule) {
    return rule.condition()
        .replaced(
            rule.action() == Action.DENY,
            (test, denied) ->
                blindness(test).isEmpty() ? test : denied ? Condition.always() : Condition.never());
  }

  /// What in a policy gRPC does not see.
  public static Stream<Blind> blind(InboundPolicy policy) {
    return policy.rules().stream()
        .flatMap(rule ->
            rule.condition()
                .parts()
                .flatMap(test -> blindness(test).stream().map(why -> new Blind(rule, test, why))));
  }

  private static Optional<String> blindness(Condition test) {
    return switch (test) {
      case Condition.Claim _, Condition.Token _ -> Optional.of("it verifies no tokens");
      case Condition.Path(var text) -> blindness(text);
      case Condition.Header header -> blindness(header.name()).or(() -> blindness(header.test()));
      case Condition.AllOf _,
          Condition.AnyOf _,
          Condition.Not _,
          Condition.Method _,
          Condition.Port _,
          Condition.Caller _ ->
          Optional.empty();
    };
  }

  private static Optional<String> blindness(String header) {
    if (header.startsWith(HIDDEN)) {
      return Optional.of("gRPC keeps headers that begin with grpc- to itself");
    }
    if (header.endsWith("-bin")) {
      return Optional.of("binary headers are decoded before it sees them");
    }
    return OF_CONNECTIONS.contains(header) || OF_PROXIES.stream().anyMatch(header::startsWith)
        ? Optional.of("a proxy would set or change this header, and gRPC does not")
        : Optional.empty();
  }

  private static Optional<String> blindness(Text text) {
    if (text.ignoreCase() && text.kind() == Text.Kind.CONTAINS) {
      return Optional.of("it does not look for contents in any case");
    }
    return text.value().chars().allMatch(c -> c < 0x80)
        ? Optional.empty()
        : Optional.of("it reads ASCII only");
  }

  /// What the server does with a request to a port that this is the policy of.
  public boolean lets(Request request) {
    return policy.exempts(request.caller()) || decide(request).allowed();
  }

  /// What the rules say, enforced or not.
  public Decision decide(Request request) {
    return policy.decide(request, unambiguous);
  }
}
