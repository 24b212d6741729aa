package io.tombolo.mesh.flow;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/// The newest value, for readers that want only that: whoever is slow skips what came between.
/// Thread-safe; reading takes no lock.
public final class Latest<T> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile T value;

  public Latest(T first) {
    this.value = first;
  }

  public T get() {
    return value;
  }

  public void set(T next) {
    lock.lock();
    try {
      value = next;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until the newest value is one that is wanted.
  public T await(Predicate<T> wanted) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!wanted.test(value)) {
        changed.await();
      }
      return value;
    } finally {
      lock.unlock();
    }
  }
}
