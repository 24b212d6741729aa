package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Text;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// One thing of a request that tests look at, independent of all others.
sealed interface Dimension {
  record Path() implements Dimension {}

  record Method() implements Dimension {}

  /// @param form how it may come
  record Header(String name, HeaderForms.Form form) implements Dimension {}

  record Claim(String provider, List<String> path) implements Dimension {}

  /// What a condition that is one test looks at.
  static Dimension of(Condition atom, HeaderForms forms) {
    return switch (atom) {
      case Condition.Path _ -> new Path();
      case Condition.Method _ -> new Method();
      case Condition.Header(var name, _, _) -> new Header(name, forms.of(name));
      case Condition.Claim(var provider, var path, _) -> new Claim(provider, path);
      case Condition.AllOf _, Condition.AnyOf _, Condition.Not _ -> throw noTest(atom);
      case Condition.Port _, Condition.Caller _, Condition.Token _ -> throw noTest(atom);
    };
  }

  /// The test that such a condition is.
  static Text test(Condition atom) {
    return switch (atom) {
      case Condition.Path(var test) -> test;
      case Condition.Method(var name) -> Text.exact(name);
      case Condition.Header(_, var test, _) -> test;
      case Condition.Claim(_, _, var test) -> test;
      case Condition.AllOf _, Condition.AnyOf _, Condition.Not _ -> throw noTest(atom);
      case Condition.Port _, Condition.Caller _, Condition.Token _ -> throw noTest(atom);
    };
  }

  private static IllegalArgumentException noTest(Condition condition) {
    return new IllegalArgumentException("is no test of a request: " + condition);
  }

  /// Values in which each test of `tests` has the outcome that is wanted, if there are any: one, of
  /// a header or a claim any number.
  default Optional<List<String>> values(Outcomes tests, Texts texts) {
    return switch (this) {
      case Path _ -> texts.find(Letters.OF_PATHS, tests.passed(), tests.failed()).map(List::of);
      case Method _ -> method(tests).map(List::of);
      case Header(_, var form) -> form.values(tests, texts);
      case Claim _ -> claim(tests, texts);
    };
  }

  private static Optional<String> method(Outcomes tests) {
    var names = tests.passed().stream().map(Text::value);
    var usual = Stream.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS");
    var others = Stream.iterate("OTHER", name -> name + "-OTHER");
    return (tests.passed().isEmpty() ? Stream.concat(usual, others) : names)
        .filter(name -> tests.passed().stream().allMatch(test -> test.matches(name)))
        .filter(name -> tests.failed().stream().noneMatch(test -> test.matches(name)))
        .findFirst();
  }

  /// A text for each test that is to pass.
  private static Optional<List<String>> claim(Outcomes tests, Texts texts) {
    return texts.findForEach(Letters.OF_CLAIMS, tests.passed(), tests.failed());
  }

  /// What the outcome of a test says of another of the same dimension; empty if nothing that is
  /// easily seen.
  default Optional<Boolean> implied(Text other, Text tested, boolean passed) {
    if (passed && Implications.implies(tested, other)) {
      return Optional.of(true);
    }
    boolean several =
        this instanceof Claim
            || (this instanceof Header(_, var form) && form != HeaderForms.Form.ONCE);
    boolean not =
        passed
            ? !several && Implications.exclude(tested, other)
            : Implications.implies(other, tested);
    return not ? Optional.of(false) : Optional.empty();
  }
}
