package io.tombolo.server.ports;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Wakes one thread that waits for any of several things. Ringing while nobody waits is remembered
/// once. Thread-safe.
final class Bell {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition rang = lock.newCondition();
  private boolean rung;

  void ring() {
    lock.lock();
    try {
      rung = true;
      rang.signal();
    } finally {
      lock.unlock();
    }
  }

  void await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!rung) {
        rang.await();
      }
      rung = false;
    } finally {
      lock.unlock();
    }
  }
}
