package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Request;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds out whether two policies decide every request alike. Sound and complete: a request it
/// finds is decided differently, and where it finds none there is none. Where that would be too
/// much work it says so.
///
/// All callers that no principal tells apart are one. For each the two policies become ladders of
/// tests of the request; test after test is taken to pass, then to fail, as long as there is a text
/// that does so, until the ladders are equal or have decided.
public final class Equivalence {
  /// Letters read in the search for texts, or what takes as long: some seconds.
  private static final long MOST_WORK = 500_000_000;

  private final Port port;
  private final Work work;

  private Equivalence(Port port, Work work) {
    this.port = port;
    this.work = work;
  }

  /// @param one of a service
  /// @param other of the same
  /// @param port of the service
  public static Comparison compare(InboundPolicy one, InboundPolicy other, Port port) {
    return compare(one, other, port, MOST_WORK);
  }

  /// @param most how much may be tried
  static Comparison compare(InboundPolicy one, InboundPolicy other, Port port, long most) {
    var first = one.at(port);
    var second = other.at(port);
    try {
      return new Equivalence(port, new Work(most))
          .difference(first, second)
          .map(request -> different(first, second, request))
          .orElseGet(Comparison.Equal::new);
    } catch (Work.Exhausted tooLarge) {
      return new Comparison.Undecided(
          "too large to decide: too many conditions on the same callers overlap; split the"
              + " intentions, or compare fewer of them at a time");
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

  private Optional<Request> difference(InboundPolicy one, InboundPolicy other) {
    record Pair(Ladder one, Ladder other) {}

    var seen = new HashSet<Pair>();
    boolean http = port.protocol().isHttp();
    return one.equals(other)
        ? Optional.empty()
        : Callers.of(List.of(one, other)).stream()
            .flatMap(caller -> {
              var connection = Request.connection(caller, port.number());
              work.spend(one.rules().size() + other.rules().size());
              var pair =
                  new Pair(Ladder.of(one, connection, http), Ladder.of(other, connection, http));
              return seen.add(pair)
                  ? new Search(pair.one(), pair.other(), work)
                      .found().stream().map(found -> request(connection, found, http))
                  : Stream.empty();
            })
            .findFirst();
  }

  private static Request request(Request connection, Found found, boolean http) {
    return http ? new Request(connection.caller(), connection.port(), found.http()) : connection;
  }
}
