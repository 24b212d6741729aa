package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Text;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// How headers may come in the requests that are looked at.
///
/// @param once those that are missing or have one value, which is no list and has no blank at an
///   end
/// @param list the one that comes more than once or as a list; empty if none has to
record HeaderForms(Set<String> once, Optional<String> list) {
  /// How one header may come.
  enum Form {
    ONCE,
    LIST,
    ANY;

    /// Values in which each test has the outcome that is wanted, if there are any; the fewest.
    Optional<List<String>> values(Outcomes tests, Texts texts) {
      return switch (this) {
        case ONCE -> missing(tests).or(() -> one(Letters.OF_SINGLE_HEADERS, trimmed(tests), texts));
        case ANY ->
            missing(tests)
                .or(() -> one(Letters.OF_HEADERS, tests, texts))
                .or(() -> texts.findForEach(Letters.OF_HEADERS, tests.passed(), tests.failed()));
        case LIST -> list(tests, texts);
      };
    }

    private static Optional<List<String>> missing(Outcomes tests) {
      return tests.passed().isEmpty() ? Optional.of(List.of()) : Optional.empty();
    }

    /// With no blank at an end.
    private static Outcomes trimmed(Outcomes tests) {
      return tests
          .with(Text.prefix(" "), false)
          .with(Text.suffix(" "), false)
          .with(Text.prefix("\t"), false)
          .with(Text.suffix("\t"), false);
    }

    /// An empty one only where no other will do.
    private static Optional<List<String>> one(Letters letters, Outcomes tests, Texts texts) {
      var full = tests.with(Text.exact(""), false);
      return texts
          .find(letters, full.passed(), full.failed())
          .or(() -> texts.find(letters, tests.passed(), tests.failed()))
          .map(List::of);
    }

    private static Optional<List<String>> list(Outcomes tests, Texts texts) {
      var passed = new LinkedHashSet<>(tests.passed());
      if (passed.isEmpty()) {
        passed.add(Text.PRESENT);
      }
      return texts
          .findForEach(Letters.OF_HEADERS, passed, tests.failed())
          .map(values ->
              String.join(InboundPolicy.LIST, values).contains(InboundPolicy.LIST)
                  ? values
                  : Collections.nCopies(2, values.getFirst()));
    }
  }

  Form of(String header) {
    return list.filter(header::equals).isPresent()
        ? Form.LIST
        : once.contains(header) ? Form.ONCE : Form.ANY;
  }
}
