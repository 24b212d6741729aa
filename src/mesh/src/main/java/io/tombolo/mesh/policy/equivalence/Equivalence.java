package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Request;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Finds out whether policies decide every request alike. Sound and complete: a request it finds is
/// decided differently, and where it finds none there is none. Where that would be too much work it
/// says so. Not thread-safe.
///
/// All callers that no principal tells apart are one. For each the two policies become ladders of
/// tests of the request; test after test is taken to pass, then to fail, as long as there is a text
/// that does so, until the ladders are equal or have decided. Headers that a policy wants once are
/// a case of their own.
public final class Equivalence {
  /// For two policies, in letters read in the search for texts, or what takes as long: seconds.
  private static final long MOST_FOR_TWO = 500_000_000;

  /// For all that one of these compares.
  private static final long MOST = 4 * MOST_FOR_TWO;

  private long left;

  public Equivalence() {
    this(MOST);
  }

  /// @param most how much may be tried
  Equivalence(long most) {
    left = most;
  }

  /// @param one of a service
  /// @param other of the same
  /// @param port of the service
  public Comparison compare(InboundPolicy one, InboundPolicy other, Port port) {
    var first = one.at(port);
    var second = other.at(port);
    var most = Math.min(left, MOST_FOR_TWO);
    var work = new Work(most);
    try {
      return difference(first, second, port, work)
          .map(request -> different(first, second, request))
          .orElseGet(Comparison.Equal::new);
    } catch (Work.Exhausted tooLarge) {
      return new Comparison.Undecided(
          "too large to decide: too many conditions on the same callers overlap; split the"
              + " intentions, or compare fewer of them at a time");
    } finally {
      left = Math.max(0, left - (most - work.left()));
    }
  }

  private static Comparison different(InboundPolicy one, InboundPolicy other, Request request) {
    var first = one.decide(request);
    var second = other.decide(request);
    if (first.allowed() == second.allowed()) {
      throw new IllegalStateException("both policies decide alike: " + request);
    }
    return new Comparison.Different(request, first, second);
  }

  /// Two ladders, and the requests for which they stand for the policies.
  private record Case(Ladder one, Ladder other, HeaderForms forms) {}

  private static Optional<Request> difference(
      InboundPolicy one, InboundPolicy other, Port port, Work work) {
    if (one.equals(other)) {
      return Optional.empty();
    }
    var seen = new HashSet<Case>();
    boolean http = port.protocol().isHttp();
    for (var caller : Callers.of(List.of(one, other))) {
      var connection = Request.connection(caller, port.number());
      work.spend(Search.COST_OF_TEST * (one.rules().size() + other.rules().size()));
      for (var part : cases(one, other, connection, http)) {
        var found =
            seen.add(part)
                ? new Search(part.one(), part.other(), part.forms(), work).found()
                : Optional.<Found>empty();
        if (found.isPresent()) {
          return Optional.of(
              http ? new Request(caller, port.number(), found.get().http()) : connection);
        }
      }
    }
    return Optional.empty();
  }

  /// Where no header that one of them wants once comes more often; and, for each that only one of
  /// them wants so, where it does, and that one denies. Where both want it so, both deny.
  private static List<Case> cases(
      InboundPolicy one, InboundPolicy other, Request connection, boolean http) {
    var first = Ladder.of(one, connection, http);
    var second = Ladder.of(other, connection, http);
    var firstOnce = http ? Set.copyOf(one.unambiguous()) : Set.<String>of();
    var secondOnce = http ? Set.copyOf(other.unambiguous()) : Set.<String>of();
    var once = new TreeSet<>(firstOnce);
    once.addAll(secondOnce);
    var cases = new ArrayList<Case>();
    cases.add(new Case(first, second, new HeaderForms(once, Optional.empty())));
    for (var header : once) {
      var list = Optional.of(header);
      if (!secondOnce.contains(header)) {
        cases.add(new Case(Ladder.always(false), second, new HeaderForms(secondOnce, list)));
      } else if (!firstOnce.contains(header)) {
        cases.add(new Case(first, Ladder.always(false), new HeaderForms(firstOnce, list)));
      }
    }
    return cases;
  }
}
