package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// Every request of short texts of few letters, tried one after the other. Of values by which no
/// condition of the two policies tells a request, one is tried.
final class Everything {
  private static final int LONGEST = 5;
  private static final List<String> PATHS = texts("/", "abAB/z", LONGEST);
  private static final List<String> VALUES = texts("", "abAB, z", LONGEST - 1);
  private static final List<SpiffeId> CALLERS =
      Stream.concat(
              SmallPolicies.CALLERS.stream(),
              Stream.of("/ns/n0/sa/z", "/ns/n1/sa/z", "/gateway/z").map(SmallPolicies::caller))
          .toList();

  private final InboundPolicy one;
  private final InboundPolicy other;
  private final List<Condition> tests;
  private long tried;

  Everything(InboundPolicy one, InboundPolicy other) {
    this.one = one;
    this.other = other;
    this.tests =
        Stream.of(one, other)
            .flatMap(policy -> policy.rules().stream())
            .flatMap(rule -> rule.condition().parts())
            .distinct()
            .toList();
  }

  private static List<String> texts(String first, String letters, int longest) {
    var all = new ArrayList<>(List.of(first));
    var last = List.of(first);
    for (int i = 0; i < longest; i++) {
      last =
          last.stream()
              .flatMap(text -> letters.chars().mapToObj(letter -> text + (char) letter))
              .toList();
      all.addAll(last);
    }
    return all;
  }

  long tried() {
    return tried;
  }

  Optional<Request> difference() {
    var paths = apart(PATHS, path -> new Request.Http("GET", path, Map.of()));
    var headers = lists(values -> new Request.Http("GET", "/", header(values), Map.of()));
    var subjects = lists(claim(List.of("sub")));
    var nested = lists(claim(List.of("a", "b")));
    for (var caller : CALLERS) {
      for (var method : List.of("GET", "PUT", "OTHER")) {
        for (var path : paths) {
          for (var header : headers) {
            for (var subject : subjects) {
              for (var deep : nested) {
                var claims =
                    Map.of("idp", Map.of(List.of("sub"), subject, List.of("a", "b"), deep));
                var request =
                    new Request(
                        caller, 8080, new Request.Http(method, path, header(header), claims));
                tried++;
                if (one.decide(request).allowed() != other.decide(request).allowed()) {
                  return Optional.of(request);
                }
              }
            }
          }
        }
      }
    }
    return Optional.empty();
  }

  private static Map<String, List<String>> header(List<String> values) {
    return values.isEmpty() ? Map.of() : Map.of("h", values);
  }

  private static Function<List<String>, Request.Http> claim(List<String> path) {
    return texts -> new Request.Http("GET", "/", Map.of(), Map.of("idp", Map.of(path, texts)));
  }

  /// Lists of up to three texts.
  private List<List<String>> lists(Function<List<String>, Request.Http> with) {
    var lists = apart(VALUES.stream().map(List::of).toList(), with);
    var all = new ArrayList<List<String>>(lists);
    all.add(List.of());
    for (int i = 0; i < 2; i++) {
      all =
          new ArrayList<>(
              apart(
                  Stream.concat(
                          all.stream(),
                          all.stream()
                              .flatMap(some ->
                                  lists.stream()
                                      .map(more ->
                                          Stream.concat(some.stream(), more.stream()).toList())))
                      .toList(),
                  with));
    }
    return all;
  }

  /// One of each sort of values that the tests tell apart.
  private <T> List<T> apart(List<T> values, Function<T, Request.Http> with) {
    var kinds = new LinkedHashMap<List<Boolean>, T>();
    for (var value : values) {
      var request = new Request(CALLERS.getFirst(), 8080, with.apply(value));
      var kind = new ArrayList<>(tests.stream().map(test -> test.holds(request)).toList());
      Stream.of(one, other)
          .map(policy -> new InboundPolicy(Set.of(), policy.rules(), policy.mode()))
          .map(policy -> policy.decide(request) instanceof Decision.Ambiguous)
          .forEach(kind::add);
      kinds.putIfAbsent(kind, value);
    }
    return List.copyOf(kinds.values());
  }
}
