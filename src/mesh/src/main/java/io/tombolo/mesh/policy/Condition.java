package io.tombolo.mesh.policy;

import io.tombolo.mesh.catalog.Names;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which requests a rule is about, besides who calls. Every dialect's conditions are made of these.
public sealed interface Condition {
  /// Every request.
  static Condition always() {
    return new AllOf(List.of());
  }

  /// No request.
  static Condition never() {
    return new AnyOf(List.of());
  }

  boolean holds(Request request);

  /// All of them hold; of none, always.
  record AllOf(List<Condition> of) implements Condition {
    public AllOf {
      of = List.copyOf(of);
    }

    @Override
    public boolean holds(Request request) {
      return of.stream().allMatch(condition -> condition.holds(request));
    }

    @Override
    public String toString() {
      return of.isEmpty() ? "any request" : joined(of, " and ");
    }
  }

  /// One of them holds; of none, never.
  record AnyOf(List<Condition> of) implements Condition {
    public AnyOf {
      of = List.copyOf(of);
    }

    @Override
    public boolean holds(Request request) {
      return of.stream().anyMatch(condition -> condition.holds(request));
    }

    @Override
    public String toString() {
      return of.isEmpty() ? "no request" : joined(of, " or ");
    }
  }

  record Not(Condition of) implements Condition {
    @Override
    public boolean holds(Request request) {
      return !of.holds(request);
    }

    @Override
    public String toString() {
      return "not (" + of + ")";
    }
  }

  /// The path, without query.
  record Path(Text test) implements Condition {
    @Override
    public boolean holds(Request request) {
      return request.http() != null && test.matches(request.http().path());
    }

    @Override
    public String toString() {
      return "path " + test;
    }
  }

  /// The method, in the case it is sent in.
  record Method(String name) implements Condition {
    public Method {
      if (!Names.isToken(name)) {
        throw new IllegalArgumentException(
            "\"%s\" is no HTTP method".formatted(Names.printable(name)));
      }
    }

    @Override
    public boolean holds(Request request) {
      return request.http() != null && name.equals(request.http().method());
    }

    @Override
    public String toString() {
      return "method " + name;
    }
  }

  /// A header that is there, of whose values one is so; if inverted, none is.
  ///
  /// @param name in lower case
  record Header(String name, Text test, boolean inverted) implements Condition {
    public Header {
      name = name.toLowerCase(Locale.ROOT);
      if (!Names.isToken(name)) {
        throw new IllegalArgumentException(
            "\"%s\" is no name of a header".formatted(Names.printable(name)));
      }
      if (inverted && test.kind() == Text.Kind.PRESENT) {
        throw new IllegalArgumentException("a header cannot be there without a value");
      }
    }

    public Header(String name, Text test) {
      this(name, test, false);
    }

    /// Is it more than whether the header is there?
    public boolean testsValue() {
      return test.kind() != Text.Kind.PRESENT;
    }

    @Override
    public boolean holds(Request request) {
      var values = request.http() == null ? null : request.http().headers().get(name);
      return values != null && values.stream().anyMatch(test::matches) != inverted;
    }

    @Override
    public String toString() {
      return "header %s%s %s".formatted(name, inverted ? " other than" : "", test);
    }
  }

  /// The port of the service that is called.
  record Port(int number) implements Condition {
    @Override
    public boolean holds(Request request) {
      return request.port() == number;
    }

    @Override
    public String toString() {
      return "port " + number;
    }
  }

  /// Who calls, besides the source of the intention.
  record Caller(Principal principal) implements Condition {
    @Override
    public boolean holds(Request request) {
      return principal.matches(request.caller());
    }

    @Override
    public String toString() {
      return "caller " + principal;
    }
  }

  /// A claim of a token that this provider's keys verified: a text that is so, or a list with one.
  ///
  /// @param path the names that lead to it
  record Claim(String provider, List<String> path, Text test) implements Condition {
    public Claim {
      path = List.copyOf(path);
      if (path.isEmpty()) {
        throw new IllegalArgumentException("a claim has a name");
      }
    }

    String name() {
      return path.stream().map(Names::printable).collect(Collectors.joining("/"));
    }

    @Override
    public boolean holds(Request request) {
      return request.http() != null
          && request
              .http()
              .claims()
              .getOrDefault(provider, Map.of())
              .getOrDefault(path, List.of())
              .stream()
              .anyMatch(test::matches);
    }

    @Override
    public String toString() {
      return "claim %s of %s %s".formatted(name(), provider, test);
    }
  }

  /// A token that the keys of this provider verify, and that has all of these claims. It is said of
  /// claims, by [Policies], before it is judged.
  ///
  /// @param provider as the source calls it in which the condition is written
  /// @param claims of that provider
  record Token(String provider, List<Claim> claims) implements Condition {
    public Token {
      claims = List.copyOf(claims);
      if (claims.stream().anyMatch(claim -> !claim.provider().equals(provider))) {
        throw new IllegalArgumentException("a token has the claims of its provider");
      }
    }

    @Override
    public boolean holds(Request request) {
      throw new IllegalStateException("which provider is meant must be found out first: " + this);
    }

    @Override
    public String toString() {
      return "a token of "
          + provider
          + claims.stream()
              .map(claim -> " with %s %s".formatted(claim.name(), claim.test()))
              .collect(Collectors.joining());
    }
  }

  static Condition allOf(Condition... of) {
    return allOf(List.of(of));
  }

  /// All of them, in the shortest form.
  static Condition allOf(List<Condition> of) {
    var all =
        of.stream()
            .flatMap(one -> one instanceof AllOf several ? several.of().stream() : Stream.of(one))
            .distinct()
            .toList();
    return all.contains(never()) ? never() : all.size() == 1 ? all.getFirst() : new AllOf(all);
  }

  static Condition anyOf(Condition... of) {
    return anyOf(List.of(of));
  }

  /// One of them, in the shortest form.
  static Condition anyOf(List<Condition> of) {
    var all =
        of.stream()
            .flatMap(one -> one instanceof AnyOf several ? several.of().stream() : Stream.of(one))
            .distinct()
            .toList();
    return all.contains(always()) ? always() : all.size() == 1 ? all.getFirst() : new AnyOf(all);
  }

  static Condition not(Condition of) {
    return switch (of) {
      case Not(var twice) -> twice;
      case AllOf(var none) when none.isEmpty() -> never();
      case AnyOf(var none) when none.isEmpty() -> always();
      default -> new Not(of);
    };
  }

  /// It and all it is made of.
  default Stream<Condition> parts() {
    return switch (this) {
      case AllOf(var of) -> Stream.concat(Stream.of(this), of.stream().flatMap(Condition::parts));
      case AnyOf(var of) -> Stream.concat(Stream.of(this), of.stream().flatMap(Condition::parts));
      case Not(var of) -> Stream.concat(Stream.of(this), of.parts());
      case Path _, Method _, Header _, Port _, Caller _, Claim _, Token _ -> Stream.of(this);
    };
  }

  /// The tests of headers in it.
  default Stream<Header> headers() {
    return parts().filter(Header.class::isInstance).map(Header.class::cast);
  }

  /// Does it look at more than the connection?
  default boolean ofRequests() {
    return parts()
        .anyMatch(part ->
            part instanceof Path
                || part instanceof Method
                || part instanceof Header
                || part instanceof Claim
                || part instanceof Token);
  }

  /// The same for calls to one port.
  default Condition at(int port) {
    return replaced(
        false,
        (test, _) ->
            test instanceof Port(var number) ? (number == port ? always() : never()) : test);
  }

  /// The same with other tests, in the shortest form.
  ///
  /// @param denied is what holds denied? Told with each test, turned round where it must not hold.
  default Condition replaced(boolean denied, BiFunction<Condition, Boolean, Condition> test) {
    return switch (this) {
      case AllOf(var of) -> allOf(of.stream().map(part -> part.replaced(denied, test)).toList());
      case AnyOf(var of) -> anyOf(of.stream().map(part -> part.replaced(denied, test)).toList());
      case Not(var of) -> not(of.replaced(!denied, test));
      case Path _, Method _, Header _, Port _, Caller _, Claim _, Token _ ->
          test.apply(this, denied);
    };
  }

  private static String joined(List<Condition> of, String between) {
    return of.stream()
        .map(part -> of.size() > 1 && part instanceof AnyOf ? "(" + part + ")" : part.toString())
        .collect(Collectors.joining(between));
  }
}
