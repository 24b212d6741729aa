package io.tombolo.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// Gives each word a small number from 1, so that what each proxy holds is arrays of numbers.
/// Thread-safe.
final class Words {
  private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
  private final List<String> words = new ArrayList<>(List.of(""));
  private final ReentrantLock lock = new ReentrantLock();

  int number(String word) {
    var known = numbers.get(word);
    if (known != null) {
      return known;
    }
    lock.lock();
    try {
      return numbers.computeIfAbsent(
          word,
          _ -> {
            words.add(word);
            return words.size() - 1;
          });
    } finally {
      lock.unlock();
    }
  }

  String word(int number) {
    lock.lock();
    try {
      return words.get(number);
    } finally {
      lock.unlock();
    }
  }

  /// What is under these numbers: keys and values of two vocabularies.
  static Map<String, String> map(Words keys, Words values, Map<Integer, Integer> numbers) {
    var map = new HashMap<String, String>();
    numbers.forEach((key, value) -> map.put(keys.word(key), values.word(value)));
    return map;
  }
}
