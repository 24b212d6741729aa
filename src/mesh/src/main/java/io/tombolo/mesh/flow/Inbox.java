package io.tombolo.mesh.flow;

import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.SourceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Facts that wait for the model. A second fact about the same key replaces the first, so that a
/// storm of changes to one thing waits as one. Thread-safe.
///
/// Endpoints are taken at once. Configuration (services, intentions) waits a moment for its
/// companions, since tools write it one object at a time, and what comes meanwhile waits with it. A
/// fact about a whole source ends the wait.
///
/// Order is kept between facts of a source that concern it as a whole and those about its items: a
/// [Fact.Complete] is taken after everything said before it. Of the former, one of each kind may
/// wait: what was recalled or listed stays true when the source is lost after it.
public final class Inbox {
  private record Whole(SourceId source, Class<?> kind) {}

  private static final Duration FOR_COMPANIONS = Duration.ofMillis(5);

  private final Duration forCompanions;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Map<Object, Fact> waiting = new LinkedHashMap<>();
  private boolean hasConfiguration;
  private boolean hasWhole;

  public Inbox() {
    this(FOR_COMPANIONS);
  }

  /// @param forCompanions how long configuration waits for more
  Inbox(Duration forCompanions) {
    this.forCompanions = forCompanions;
  }

  public void put(Fact fact) {
    lock.lock();
    try {
      var subject = subject(fact);
      waiting.remove(subject);
      waiting.put(subject, fact);
      hasWhole |= subject instanceof Whole;
      hasConfiguration |= subject instanceof Key key && key.kind() != Key.Kind.ENDPOINTS;
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
      awaitCompanions();
      var taken = new ArrayList<>(waiting.values());
      waiting.clear();
      hasConfiguration = false;
      hasWhole = false;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private void awaitCompanions() throws InterruptedException {
    long left = forCompanions.toNanos();
    while (hasConfiguration && !hasWhole && left > 0) {
      left = arrived.awaitNanos(left);
    }
  }

  private static Object subject(Fact fact) {
    return switch (fact) {
      case Fact.Registered(var item) -> item.key();
      case Fact.Gone(var key) -> key;
      case Fact.OfSource whole -> new Whole(whole.source(), whole.getClass());
      case Fact.Bans _ -> Fact.Bans.class;
    };
  }
}
