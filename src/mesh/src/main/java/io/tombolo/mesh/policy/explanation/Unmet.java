package io.tombolo.mesh.policy.explanation;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// Which parts of a condition do not hold, in words.
final class Unmet {
  /// One test that did not come out as it should.
  ///
  /// @param found what the request has
  /// @param wanted what it should have; empty if `found` says it all
  private record Miss(String found, String wanted) {}

  private final Request request;

  private Unmet(Request request) {
    this.request = request;
  }

  /// @param condition that does not hold for the request
  static List<String> of(Condition condition, Request request) {
    return request.http() == null && condition.ofRequests()
        ? List.of("is about requests: " + condition)
        : new Unmet(request).why(condition);
  }

  /// Each of them alone is why it does not hold.
  private List<String> why(Condition condition) {
    return condition instanceof Condition.AllOf(var of)
        ? of.stream()
            .filter(part -> !part.holds(request))
            .flatMap(part -> why(part).stream())
            .toList()
        : List.of(sentence(condition));
  }

  private String sentence(Condition condition) {
    return switch (condition) {
      case Condition.AllOf _ -> String.join("; ", why(condition));
      case Condition.AnyOf(var none) when none.isEmpty() -> "it is about no request";
      case Condition.AnyOf(var of) -> none(of);
      case Condition.Not(var of) when isTest(of) -> found(of) + ", which is excepted";
      case Condition.Not(var of) -> "it is excepted: " + of;
      default -> words(miss(condition));
    };
  }

  private static String words(Miss miss) {
    return miss.wanted().isEmpty() ? miss.found() : miss.found() + ", not " + miss.wanted();
  }

  /// Tests of the same thing go together.
  private String none(List<Condition> of) {
    Map<String, String> byFound = new LinkedHashMap<>();
    for (var part : of) {
      var miss = isTest(part) ? miss(part) : new Miss(sentence(part), "");
      byFound.merge(miss.found(), miss.wanted(), (some, more) -> some + " or " + more);
    }
    return byFound.entrySet().stream()
        .map(miss -> words(new Miss(miss.getKey(), miss.getValue())))
        .collect(Collectors.joining(", and "));
  }

  private static boolean isTest(Condition condition) {
    return condition.parts().count() == 1
        && !(condition instanceof Condition.AllOf || condition instanceof Condition.AnyOf);
  }

  private Miss miss(Condition test) {
    return new Miss(
        found(test),
        switch (test) {
          case Condition.Path(var text) -> text.toString();
          case Condition.Method(var name) -> name;
          case Condition.Header header ->
              values(header.name()).isEmpty()
                  ? ""
                  : (header.inverted() ? "other than " : "") + header.test();
          case Condition.Port(var number) -> Integer.toString(number);
          case Condition.Caller(var principal) -> principal.toString();
          case Condition.Claim claim -> claims(claim).isEmpty() ? "" : claim.test().toString();
          case Condition.Token token -> token.toString();
          case Condition.AllOf _, Condition.AnyOf _, Condition.Not _ -> test.toString();
        });
  }

  private String found(Condition test) {
    var http = request.http();
    return switch (test) {
      case Condition.Path _ -> "path is " + quoted(Objects.requireNonNull(http).path());
      case Condition.Method _ ->
          "method is " + Names.printable(Objects.requireNonNull(http).method());
      case Condition.Header header -> found("header " + header.name(), values(header.name()));
      case Condition.Claim claim ->
          found(
              new Condition.Claim(claim.provider(), claim.path(), Text.PRESENT).toString(),
              claims(claim));
      case Condition.Port _ -> "port is " + request.port();
      case Condition.Caller _ -> "caller is " + request.caller();
      case Condition.Token _ -> "the token is";
      case Condition.AllOf _, Condition.AnyOf _, Condition.Not _ -> "it is";
    };
  }

  private static String found(String what, List<String> values) {
    return values.isEmpty()
        ? what + " is missing"
        : what + " is " + values.stream().map(Unmet::quoted).collect(Collectors.joining(" and "));
  }

  private static String quoted(String text) {
    return "\"" + Names.printable(text) + "\"";
  }

  private List<String> values(String header) {
    var http = request.http();
    return http == null ? List.of() : http.headers().getOrDefault(header, List.of());
  }

  private List<String> claims(Condition.Claim claim) {
    var http = request.http();
    return http == null
        ? List.of()
        : http.claims()
            .getOrDefault(claim.provider(), Map.of())
            .getOrDefault(claim.path(), List.of());
  }
}
