package io.tombolo.agent;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// The SVID and bundle in force, in memory only: the one place from which SDS and the Workload API
/// serve. Thread-safe. Who subscribes is told of every change; who then asks gets the newest.
final class Keyring {
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Subscriber> subscribers = ConcurrentHashMap.newKeySet();
  private volatile Secrets secrets;

  Keyring(TrustBundle pinned) {
    this.secrets = new Secrets(null, pinned);
  }

  Secrets secrets() {
    return secrets;
  }

  Optional<Svid> svid() {
    return secrets.svid();
  }

  TrustBundle bundle() {
    return secrets.bundle();
  }

  void subscribe(Subscriber subscriber) {
    subscribers.add(subscriber);
  }

  void unsubscribe(Subscriber subscriber) {
    subscribers.remove(subscriber);
  }

  void adopt(Svid next) {
    lock.lock();
    try {
      publish(new Secrets(next, secrets.bundle()));
    } finally {
      lock.unlock();
    }
  }

  /// @return whether it differs from the one before
  boolean adopt(TrustBundle next) {
    lock.lock();
    try {
      if (next.equals(secrets.bundle())) {
        return false;
      }
      publish(new Secrets(secrets.held(), next));
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void publish(Secrets next) {
    secrets = next;
    subscribers.forEach(Subscriber::refresh);
  }
}
