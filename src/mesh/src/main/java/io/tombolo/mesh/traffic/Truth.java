package io.tombolo.mesh.traffic;

import io.tombolo.mesh.policy.Condition;
import java.util.Comparator;
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
        .map(part -> part instanceof Condition.Header header ? "header " + header.name() : "tokens")
        .distinct();
  }

  private static boolean lacks(Condition part, Flow flow) {
    return flow.request().http() != null
        && (part instanceof Condition.Claim
            || (part instanceof Condition.Header(var name, var _, var _)
                && !flow.recorded().contains(name)));
  }
}
