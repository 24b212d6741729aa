package io.tombolo.mesh.catalog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Hears what a source says and keeps the catalog that follows. Thread-safe.
public final class Heard implements Consumer<Fact> {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final SourceId source;
  private final List<Fact> facts = new ArrayList<>();
  private Catalog catalog;

  public Heard(SourceId source) {
    this.source = source;
    this.catalog = Catalog.of(List.of(source));
  }

  @Override
  public void accept(Fact fact) {
    lock.lock();
    try {
      facts.add(fact);
      catalog = catalog.with(List.of(fact));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  public Catalog catalog() {
    lock.lock();
    try {
      return catalog;
    } finally {
      lock.unlock();
    }
  }

  /// Everything said so far.
  public List<Fact> facts() {
    lock.lock();
    try {
      return List.copyOf(facts);
    } finally {
      lock.unlock();
    }
  }

  public SourceStatus status() {
    return Objects.requireNonNull(catalog().sources().get(source));
  }

  /// Waits for a catalog like this.
  ///
  /// @throws AssertionError with what was heard, if it does not come within a minute
  public Catalog await(String what, Predicate<Catalog> wanted) throws InterruptedException {
    long left = PATIENCE.toNanos();
    lock.lockInterruptibly();
    try {
      while (!wanted.test(catalog)) {
        if (left <= 0) {
          throw new AssertionError("not heard: " + what + "\n" + catalog);
        }
        left = changed.awaitNanos(left);
      }
      return catalog;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until the source is known like this.
  public void awaitStatus(Class<? extends SourceStatus> wanted) throws InterruptedException {
    await(
        "the source is " + wanted.getSimpleName(),
        catalog -> wanted.isInstance(catalog.sources().get(source)));
  }

  /// Waits to see that nothing more is said.
  public boolean silentFor(Duration time) throws InterruptedException {
    long left = time.toNanos();
    lock.lockInterruptibly();
    try {
      int before = facts.size();
      while (facts.size() == before && left > 0) {
        left = changed.awaitNanos(left);
      }
      return facts.size() == before;
    } finally {
      lock.unlock();
    }
  }
}
