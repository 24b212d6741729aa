package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.policy.Text;
import java.util.Collection;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// Of which letters the texts of a dimension are made.
///
/// @param first what every text starts with
/// @param legal which code points may be in one
record Letters(String first, IntPredicate legal) {
  private static final String USUAL = "xyzabcdefghijklmnopqrstuvw0123456789-._~";
  private static final int BEYOND_USUAL = 0x100;

  /// A path as the proxy hands it on: no query, no fragment, no blank.
  static final Letters OF_PATHS =
      new Letters("/", c -> c > ' ' && c != 0x7f && c != '?' && c != '#');

  static final Letters OF_HEADERS = new Letters("", c -> (c >= ' ' && c != 0x7f) || c == '\t');

  /// Of headers that are no list.
  static final Letters OF_SINGLE_HEADERS = new Letters("", c -> OF_HEADERS.isLegal(c) && c != ',');

  static final Letters OF_CLAIMS = new Letters("", _ -> true);

  /// Those by which texts can differ for these tests: all that occur in them, and one that stands
  /// for every other.
  int[] of(Collection<Text> tests) {
    var occurring = new TreeSet<Integer>();
    for (var test : tests) {
      test.value().codePoints().forEach(occurring::add);
    }
    if (tests.stream().anyMatch(Text::ignoreCase)) {
      for (int c = 'a'; c <= 'z'; c++) {
        int upper = c - ('a' - 'A');
        if (occurring.contains(c) || occurring.contains(upper)) {
          occurring.add(c);
          occurring.add(upper);
        }
      }
    }
    int other =
        IntStream.concat(USUAL.chars(), IntStream.iterate(BEYOND_USUAL, c -> c + 1))
            .filter(c -> isLegal(c) && !occurring.contains(c))
            .findFirst()
            .getAsInt();
    return IntStream.concat(
            IntStream.of(other), occurring.stream().mapToInt(c -> c).filter(this::isLegal))
        .toArray();
  }

  boolean isLegal(int letter) {
    return legal.test(letter)
        && !(letter >= Character.MIN_SURROGATE && letter <= Character.MAX_SURROGATE);
  }
}
