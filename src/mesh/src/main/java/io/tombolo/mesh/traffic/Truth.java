package io.tombolo.mesh.traffic;

import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.InboundPolicy;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Whether a condition holds for a flow, as far as what was recorded of it tells.
enum Truth {
  FALSE,
  UNKNOWN,
  TRUE;

  static Truth of(Condition condition, Flow flow) {
    return switch (condition) {
      case Condition.AllOf(var of) ->
          of.stream().map(part -> of(part, flow)).min(Comparator.naturalOrder()).orElse(TRUE);
      case Condition.AnyOf(var of) ->
          of.stream().map(part -> of(part, flow)).max(Comparator.naturalOrder()).orElse(FALSE);
      case Condition.Not(var of) ->
          switch (of(of, flow)) {
            case TRUE -> FALSE;
            case UNKNOWN -> UNKNOWN;
            case FALSE -> TRUE;
          };
      default -> lacks(condition, flow) ? UNKNOWN : condition.holds(flow.request()) ? TRUE : FALSE;
    };
  }

  /// What a condition looks at that was not recorded, in words.
  static Stream<String> lacking(Condition condition, Flow flow) {
    return condition
        .parts()
        .filter(part -> lacks(part, flow))
        .map(part -> part instanceof Condition.Header header ? header(header.name()) : "tokens")
        .distinct();
  }

  static String header(String name) {
    return "header " + name;
  }

  /// A header that comes as a list may have come several times: recorded it looks the same.
  private static boolean lacks(Condition part, Flow flow) {
    return flow.request().http() != null
        && switch (part) {
          case Condition.Claim _, Condition.Token _ -> true;
          case Condition.Header header ->
              !flow.recorded().contains(header.name())
                  || (header.testsValue() && isList(header.name(), flow));
          case Condition.AllOf _, Condition.AnyOf _, Condition.Not _ -> false;
          case Condition.Path _, Condition.Method _, Condition.Port _, Condition.Caller _ -> false;
        };
  }

  /// Is a request with such values refused where rules look at them?
  static boolean isUnclear(String header, Flow flow) {
    return has(header, flow, InboundPolicy::isUnclear);
  }

  /// Has the request several values of a header?
  private static boolean isList(String header, Flow flow) {
    return has(header, flow, value -> value.contains(InboundPolicy.LIST));
  }

  private static boolean has(String header, Flow flow, Predicate<String> value) {
    var http = flow.request().http();
    return http != null && http.headers().getOrDefault(header, List.of()).stream().anyMatch(value);
  }
}
