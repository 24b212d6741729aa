package io.tombolo.agent;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The SVID and bundle in force, in memory only. Thread-safe; who listens hears every change in
/// order.
final class Keyring {
  private final ReentrantLock lock = new ReentrantLock();
  private final Consumer<Secrets> listener;
  private volatile @Nullable Svid svid;
  private volatile TrustBundle bundle;

  Keyring(TrustBundle pinned, Consumer<Secrets> listener) {
    this.bundle = pinned;
    this.listener = listener;
  }

  Optional<Svid> svid() {
    return Optional.ofNullable(svid);
  }

  TrustBundle bundle() {
    return bundle;
  }

  void adopt(Svid next) {
    lock.lock();
    try {
      svid = next;
      listener.accept(Secrets.of(next, bundle));
    } finally {
      lock.unlock();
    }
  }

  /// @return whether it differs from the one before
  boolean adopt(TrustBundle next) {
    lock.lock();
    try {
      if (next.equals(bundle)) {
        return false;
      }
      bundle = next;
      listener.accept(Secrets.of(svid, next));
      return true;
    } finally {
      lock.unlock();
    }
  }
}
