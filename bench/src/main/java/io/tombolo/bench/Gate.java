package io.tombolo.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// Open while the control plane's port is: it looks every few milliseconds, for all proxies.
/// Thread-safe.
final class Gate implements AutoCloseable {
  private static final long LOOK_EVERY = TimeUnit.MILLISECONDS.toNanos(10);

  private final BooleanSupplier reachable;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition turned = lock.newCondition();
  private final Thread watch;
  private boolean open;
  private long opened;

  Gate(BooleanSupplier reachable) {
    this.reachable = reachable;
    this.watch = Thread.ofPlatform().daemon().name("gate").start(this::watch);
  }

  private void watch() {
    while (!Thread.currentThread().isInterrupted()) {
      if (!isOpen() && reachable.getAsBoolean()) {
        turn(true);
      }
      LockSupport.parkNanos(LOOK_EVERY);
    }
  }

  private boolean isOpen() {
    lock.lock();
    try {
      return open;
    } finally {
      lock.unlock();
    }
  }

  private void turn(boolean now) {
    lock.lock();
    try {
      open = now;
      if (now) {
        opened = System.nanoTime();
        turned.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// A stream broke: look before the next connects.
  void shut() {
    turn(false);
  }

  void await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!open) {
        turned.await();
      }
    } finally {
      lock.unlock();
    }
  }

  long opened() {
    lock.lock();
    try {
      return opened;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    watch.interrupt();
  }
}
