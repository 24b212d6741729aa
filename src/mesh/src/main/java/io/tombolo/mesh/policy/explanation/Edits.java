package io.tombolo.mesh.policy.explanation;

import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.Text;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// Makes requests for which a condition holds, or does not, out of others, with as little changed
/// as can easily be.
final class Edits {
  /// Of several ways no more are gone.
  private static final int MOST = 6;

  private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE");
  private static final List<String> PATHS = List.of("/", "/other");
  private static final List<String> VALUES = List.of("other", "another");

  private Edits() {}

  /// A request in the place of a connection.
  static Request understood(Request request) {
    return request.http() == null ? with(request, new Request.Http("GET", "/", Map.of())) : request;
  }

  /// Requests for which the condition is so. Not all there are, and none where none is found.
  static Stream<Request> so(Condition condition, boolean holds, Request request) {
    if (condition.holds(request) == holds) {
      return Stream.of(request);
    }
    return switch (condition) {
      case Condition.AllOf(var of) -> holds ? each(of, true, request) : some(of, false, request);
      case Condition.AnyOf(var of) -> holds ? some(of, true, request) : each(of, false, request);
      case Condition.Not(var of) -> so(of, !holds, request);
      default -> edited(condition, request).filter(made -> condition.holds(made) == holds);
    };
  }

  private static Stream<Request> each(List<Condition> of, boolean holds, Request request) {
    var made = Stream.of(request);
    for (var part : of) {
      made = made.flatMap(one -> so(part, holds, one)).limit(MOST);
    }
    return made.filter(one -> of.stream().allMatch(part -> part.holds(one) == holds));
  }

  private static Stream<Request> some(List<Condition> of, boolean holds, Request request) {
    return of.stream().flatMap(part -> so(part, holds, request)).limit(MOST);
  }

  private static Stream<Request> edited(Condition test, Request request) {
    var http = Objects.requireNonNull(request.http());
    return switch (test) {
      case Condition.Path(var text) ->
          Stream.concat(paths(text), PATHS.stream()).map(path -> path(path, request));
      case Condition.Method(var name) ->
          Stream.concat(Stream.of(name), METHODS.stream())
              .map(method ->
                  with(
                      request,
                      new Request.Http(method, http.path(), http.headers(), http.claims())));
      case Condition.Header header ->
          Stream.concat(
                  Stream.of(List.<String>of()),
                  Stream.concat(Stream.of(header.test().value()), VALUES.stream()).map(List::of))
              .map(values -> header(header.name(), values, request));
      case Condition.Claim claim ->
          Stream.concat(
                  Stream.of(List.<String>of()),
                  Stream.concat(Stream.of(claim.test().value()), VALUES.stream()).map(List::of))
              .map(values -> claim(claim, values, request));
      case Condition.Port _, Condition.Caller _, Condition.Token _ -> Stream.empty();
      case Condition.AllOf _, Condition.AnyOf _, Condition.Not _ -> Stream.empty();
    };
  }

  private static Stream<String> paths(Text test) {
    var value = test.value();
    return value.startsWith("/") ? Stream.of(value, value + "/other") : Stream.of("/" + value);
  }

  private static Request path(String path, Request request) {
    var http = Objects.requireNonNull(request.http());
    return with(request, new Request.Http(http.method(), path, http.headers(), http.claims()));
  }

  /// @param values none to leave it out
  static Request header(String name, List<String> values, Request request) {
    var http = Objects.requireNonNull(request.http());
    return with(
        request,
        new Request.Http(
            http.method(), http.path(), put(name, values, http.headers()), http.claims()));
  }

  private static Request claim(Condition.Claim claim, List<String> values, Request request) {
    var http = Objects.requireNonNull(request.http());
    var claims = new HashMap<>(http.claims());
    claims.put(
        claim.provider(),
        put(claim.path(), values, claims.getOrDefault(claim.provider(), Map.of())));
    return with(request, new Request.Http(http.method(), http.path(), http.headers(), claims));
  }

  private static <K> Map<K, List<String>> put(
      K key, List<String> values, Map<K, List<String>> before) {
    var after = new HashMap<>(before);
    if (values.isEmpty()) {
      after.remove(key);
    } else {
      after.put(key, values);
    }
    return Map.copyOf(after);
  }

  private static Request with(Request request, Request.Http http) {
    return new Request(request.caller(), request.port(), http);
  }
}
