package io.tombolo.mesh.flow;

import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.SourceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Facts that wait for the model. A second fact about the same key replaces the first, so that a
/// storm of changes to one thing waits as one. Thread-safe.
///
/// Order is kept between facts of a source that concern it as a whole and those about its items: a
/// [Fact.Complete] is taken after everything said before it. Of the former, one of each kind may
/// wait: what was recalled or listed stays true when the source is lost after it.
public final class Inbox {
  private record Whole(SourceId source, Class<?> kind) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Map<Object, Fact> waiting = new LinkedHashMap<>();

  public void put(Fact fact) {
    lock.lock();
    try {
      var subject = subject(fact);
      waiting.remove(subject);
      waiting.put(subject, fact);
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits for facts and takes all there are.
  public List<Fact> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty()) {
        arrived.await();
      }
      var taken = new ArrayList<>(waiting.values());
      waiting.clear();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private static Object subject(Fact fact) {
    return switch (fact) {
      case Fact.Registered(var item) -> item.key();
      case Fact.Gone(var key) -> key;
      case Fact.Complete _, Fact.Lost _, Fact.Recalled _ ->
          new Whole(fact.source(), fact.getClass());
    };
  }
}
