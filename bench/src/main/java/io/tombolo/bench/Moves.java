package io.tombolo.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Moves endpoints, and knows when the API acknowledged each. Thread-safe.
final class Moves {
  /// @param at when the API acknowledged it
  private record Written(int service, long at) {}

  private final Town town;
  private final AtomicInteger last = new AtomicInteger();
  private final Map<Integer, Written> written = new ConcurrentHashMap<>();

  Moves(Town town) {
    this.town = town;
  }

  /// Moves an endpoint of a service; gives the number of the change.
  int move(int service) {
    var change = new Change(last.incrementAndGet());
    town.move(service, change);
    written.put(change.number(), new Written(service, System.nanoTime()));
    return change.number();
  }

  int last() {
    return last.get();
  }

  /// From the acknowledgement of each change after `first` to when each proxy had it, or a later
  /// one of the same service.
  List<Long> lags(int first, Records records) {
    var all = new ArrayList<Long>();
    records
        .receipts()
        .forEach(receipts -> {
          var heard = new HashMap<Integer, Long>();
          receipts.forEach(receipt -> heard.putIfAbsent(receipt.change(), receipt.at()));
          var newest = new HashMap<Integer, Long>();
          for (int change = last(); change > first; change--) {
            var one = Objects.requireNonNull(written.get(change));
            var at = heard.getOrDefault(change, newest.get(one.service()));
            if (at != null) {
              newest.put(one.service(), at);
              all.add(at - one.at());
            }
          }
        });
    return all;
  }

  /// The last change after `first` of each service.
  List<Integer> finals(int first) {
    var byService = new HashMap<Integer, Integer>();
    for (int change = first + 1; change <= last(); change++) {
      byService.put(Objects.requireNonNull(written.get(change)).service(), change);
    }
    return List.copyOf(byService.values());
  }
}
