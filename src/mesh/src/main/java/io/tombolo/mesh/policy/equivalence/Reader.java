package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.policy.Text;

/// A test as an automaton that reads a text letter by letter. A state is how much of what is looked
/// for was just read.
final class Reader {
  /// The state in which the test fails, whatever comes.
  static final char FAILED = '\uffff';

  /// The state in which the test passes, whatever comes.
  static final char PASSED = '\ufffe';

  private final Text test;
  private final int[] wanted;

  /// By state, less one: the longest beginning of what is looked for that is also an end of what
  /// was read, and shorter.
  private final int[] shorter;

  Reader(Text test) {
    this.test = test;
    this.wanted = test.value().codePoints().map(this::folded).toArray();
    this.shorter = new int[wanted.length];
    int length = 0;
    for (int i = 1; i < wanted.length; i++) {
      while (length > 0 && wanted[i] != wanted[length]) {
        length = shorter[length - 1];
      }
      length += wanted[i] == wanted[length] ? 1 : 0;
      shorter[i] = length;
    }
  }

  char start() {
    return test.kind() == Text.Kind.PRESENT ? PASSED : 0;
  }

  char after(char state, int letter) {
    if (state == PASSED || state == FAILED) {
      return state;
    }
    return switch (test.kind()) {
      case PRESENT -> PASSED;
      case EXACT -> next(state, letter);
      case PREFIX -> whole(next(state, letter));
      case SUFFIX -> again(state, letter);
      case CONTAINS -> whole(again(state, letter));
    };
  }

  /// Does a text that ends here pass?
  boolean passes(char state) {
    return state == PASSED
        || (state == wanted.length
            && (test.kind() == Text.Kind.EXACT || test.kind() == Text.Kind.SUFFIX));
  }

  private char next(char state, int letter) {
    return state < wanted.length && wanted[state] == folded(letter) ? (char) (state + 1) : FAILED;
  }

  private char again(char state, int letter) {
    int read = state;
    int folded = folded(letter);
    while (read > 0 && (read == wanted.length || wanted[read] != folded)) {
      read = shorter[read - 1];
    }
    return (char) (wanted[read] == folded ? read + 1 : read);
  }

  private char whole(char state) {
    return state == wanted.length ? PASSED : state;
  }

  private int folded(int letter) {
    return test.ignoreCase() && letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter;
  }
}
