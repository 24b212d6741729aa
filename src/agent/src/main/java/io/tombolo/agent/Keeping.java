package io.tombolo.agent;

import io.tombolo.mesh.identity.TrustBundle;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Keeps each new SVID and bundle on the disk. Runs on its own virtual thread until closed: nobody
/// waits for the disk.
final class Keeping implements Runnable, Subscriber {
  private final Keyring keyring;
  private final SealedState state;
  private final TrustBundle pinned;
  private final CountDownLatch closed;
  private final Semaphore changed = new Semaphore(0);

  Keeping(Keyring keyring, SealedState state, TrustBundle pinned, CountDownLatch closed) {
    this.keyring = keyring;
    this.state = state;
    this.pinned = pinned;
    this.closed = closed;
  }

  @Override
  public void refresh() {
    changed.release();
  }

  @Override
  public void run() {
    keyring.subscribe(this);
    refresh();
    try {
      while (closed.getCount() > 0) {
        if (changed.tryAcquire(1, TimeUnit.SECONDS)) {
          changed.drainPermits();
          var secrets = keyring.secrets();
          secrets.svid().ifPresent(svid -> state.keep(svid, secrets.trust(), pinned));
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
