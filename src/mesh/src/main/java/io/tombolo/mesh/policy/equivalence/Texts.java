package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.policy.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds texts that pass some tests and fail others: all tests read side by side, and the shortest
/// texts are tried first. Not thread-safe.
final class Texts {
  private final Work work;
  private final Map<Text, Reader> readers = new HashMap<>();

  Texts(Work work) {
    this.work = work;
  }

  /// A text that was read.
  ///
  /// @param states of all readers after it
  /// @param before the text without its last letter; null if it is the first
  private record Read(String states, @Nullable Read before, int letter) {
    String text(String first) {
      var letters = new ArrayList<Integer>();
      for (var read = this; read.before != null; read = read.before) {
        letters.add(read.letter);
      }
      var text = new StringBuilder(first);
      letters.reversed().forEach(text::appendCodePoint);
      return text.toString();
    }
  }

  /// The shortest that passes all of `passed` and none of `failed`, if there is one.
  Optional<String> find(Letters letters, Collection<Text> passed, Collection<Text> failed) {
    for (var test : passed) {
      if (test.kind() == Text.Kind.EXACT && !test.ignoreCase()) {
        return Optional.of(test.value())
            .filter(only -> isText(letters, only))
            .filter(only -> passed.stream().allMatch(one -> one.matches(only)))
            .filter(only -> failed.stream().noneMatch(one -> one.matches(only)));
      }
    }
    var tests = new ArrayList<>(passed);
    tests.addAll(failed);
    return search(
        letters,
        letters.of(tests),
        tests.stream().map(test -> readers.computeIfAbsent(test, Reader::new)).toList(),
        passed.size());
  }

  /// One for each of `passed`, of which none passes any of `failed`.
  Optional<List<String>> findForEach(
      Letters letters, Collection<Text> passed, Collection<Text> failed) {
    var found = new ArrayList<String>();
    for (var test : passed) {
      var text = find(letters, List.of(test), failed);
      if (text.isEmpty()) {
        return Optional.empty();
      }
      found.add(text.get());
    }
    return Optional.of(found.stream().distinct().toList());
  }

  private static boolean isText(Letters letters, String text) {
    return text.startsWith(letters.first()) && text.codePoints().allMatch(letters::isLegal);
  }

  private Optional<String> search(
      Letters letters, int[] alphabet, List<Reader> readers, int passed) {
    var states = new StringBuilder();
    for (var reader : readers) {
      char state = reader.start();
      for (int letter : letters.first().codePoints().toArray()) {
        state = reader.after(state, letter);
      }
      states.append(state);
    }
    var start = new Read(states.toString(), null, 0);
    var seen = new HashSet<String>();
    var open = new ArrayDeque<Read>();
    if (!isHopeless(start.states(), passed)) {
      open.add(start);
    }
    while (!open.isEmpty()) {
      var read = open.remove();
      if (isFound(readers, read.states(), passed)) {
        return Optional.of(read.text(letters.first()));
      }
      for (int letter : alphabet) {
        var next = after(readers, read.states(), letter, passed);
        if (next != null && seen.add(next)) {
          open.add(new Read(next, read, letter));
        }
      }
    }
    return Optional.empty();
  }

  /// @return null if no text that goes on so can be what is looked for
  private @Nullable String after(List<Reader> readers, String states, int letter, int passed) {
    var next = new char[readers.size()];
    for (int i = 0; i < next.length; i++) {
      next[i] = readers.get(i).after(states.charAt(i), letter);
      if (next[i] == (i < passed ? Reader.FAILED : Reader.PASSED)) {
        work.spend(i + 1);
        return null;
      }
    }
    work.spend(next.length + 1);
    return new String(next);
  }

  private static boolean isHopeless(String states, int passed) {
    return states.substring(0, passed).indexOf(Reader.FAILED) >= 0
        || states.substring(passed).indexOf(Reader.PASSED) >= 0;
  }

  private static boolean isFound(List<Reader> readers, String states, int passed) {
    for (int i = 0; i < readers.size(); i++) {
      if (readers.get(i).passes(states.charAt(i)) != i < passed) {
        return false;
      }
    }
    return true;
  }
}
