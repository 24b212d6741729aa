package io.tombolo.mesh.policy;

import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Intention.Otherwise;
import java.util.Optional;
import java.util.Set;

/// One step of a decision at one destination: a permission of an intention, or the intention's last
/// word, with the identities it is about.
///
/// @param permission its place in the intention's list; [#LAST_WORD] if it is none of them
/// @param principals may be empty (the source is not known): then it matches nobody
public record Rule(
    Intention intention,
    int permission,
    Set<Principal> principals,
    Condition condition,
    Action action) {
  /// The place of what holds for requests that no permission matches.
  public static final int LAST_WORD = -1;

  /// The place of the refusal of requests that lack what the intention requires.
  public static final int REQUIREMENT = -2;

  public Rule {
    principals = Set.copyOf(principals);
  }

  /// Does it match this caller, whatever the request?
  public boolean concerns(Request request) {
    return principals.stream().anyMatch(principal -> principal.matches(request.caller()));
  }

  public boolean matches(Request request) {
    return concerns(request) && condition.holds(request);
  }

  /// Is all the same to it but who calls?
  boolean isLastWord() {
    return condition.equals(Condition.always()) && !intention.destination().isIdentity();
  }

  /// What it is at one port; empty if it is about others. Where requests are not understood, an
  /// intention on requests denies whoever it is about, but what only adds to others adds nothing.
  public Optional<Rule> at(Port port) {
    var here = condition.at(port.number());
    boolean elsewhere = here.equals(Condition.never());
    if (port.protocol().isHttp() || !intention.ofRequests()) {
      return elsewhere ? Optional.empty() : Optional.of(with(here, action));
    }
    if (intention.otherwise() != Otherwise.NEXT || (action == Action.DENY && !elsewhere)) {
      return Optional.of(with(Condition.always(), Action.DENY));
    }
    return here.ofRequests() || elsewhere ? Optional.empty() : Optional.of(with(here, action));
  }

  /// Where it is written; its name at proxies. `<provenance>`, with `/<n>` for a permission,
  /// counted from 0.
  public String name() {
    var object = intention.writtenIn().toString();
    return permission < 0 ? object : object + "/" + permission;
  }

  Rule with(Condition other, Action another) {
    return new Rule(intention, permission, principals, other, another);
  }

  /// Why it decides as it does, in a sentence.
  public String why() {
    return switch (permission) {
      case LAST_WORD ->
          intention.permissions().isEmpty()
              ? intention.toString()
              : intention + ": no permission matches";
      case REQUIREMENT -> intention + ": the request lacks " + intention.given();
      default -> intention + ": permission " + permission + ", " + condition;
    };
  }
}
