package io.tombolo.agent;

import com.google.protobuf.ByteString;
import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// The SVID and bundles in force, in memory only: the one place from which SDS and the Workload API
/// serve. Thread-safe. Who subscribes is told of every change; who then asks gets the newest.
final class Keyring {
  /// How long an agent waits for a proxy that may have the secrets of the agent before it.
  private static final Duration LATECOMERS = Duration.ofSeconds(30);

  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Subscriber> subscribers = ConcurrentHashMap.newKeySet();
  private final Semaphore happened = new Semaphore(0);
  private final InstantSource clock;
  private final Instant began;
  private volatile boolean asked;
  private volatile Secrets secrets;
  private volatile Set<ByteString> retiring = Set.of();
  private InForce inForce = InForce.NOTHING;

  Keyring(TrustBundle pinned, InstantSource clock) {
    this.secrets = new Secrets(null, Trust.of(pinned));
    this.clock = clock;
    this.began = clock.instant();
  }

  Secrets secrets() {
    return secrets;
  }

  Optional<Svid> svid() {
    return secrets.svid();
  }

  /// The bundle of the own trust domain.
  TrustBundle bundle() {
    return secrets.trust().own();
  }

  void subscribe(Subscriber subscriber) {
    subscribers.add(subscriber);
    if (subscriber instanceof OpenStream<?>) {
      asked = true;
    }
  }

  void unsubscribe(Subscriber subscriber) {
    subscribers.remove(subscriber);
    happened.release();
  }

  /// Somebody took up, or refused, what they were told.
  void answered() {
    happened.release();
  }

  void adopt(Svid next) {
    lock.lock();
    try {
      publish(new Secrets(next, secrets.trust()));
    } finally {
      lock.unlock();
    }
  }

  /// Trusts these from now on, unless their own bundle is older than the one in force.
  ///
  /// @return whether anything differs
  boolean adopt(Trust next) {
    lock.lock();
    try {
      boolean older = next.own().sequence() < bundle().sequence();
      if (older || next.equals(secrets.trust())) {
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
    happened.release();
  }

  /// Roots that sign no more.
  ///
  /// @param roots SHA-256 of their DER
  void retire(Set<ByteString> roots) {
    retiring = Set.copyOf(roots);
  }

  /// Does the SVID lead to a root that signs no more?
  boolean retired(Svid svid) {
    var gone = retiring;
    return !gone.isEmpty()
        && SpiffeCertificates.root(svid.chain(), bundle())
            .map(SpiffeCertificates::fingerprint)
            .filter(gone::contains)
            .isPresent();
  }

  /// What all who are served have taken up by now.
  InForce inForce() {
    lock.lock();
    try {
      boolean mayCome = !asked && clock.instant().isBefore(began.plus(LATECOMERS));
      if (!mayCome && subscribers.stream().allMatch(Subscriber::settled)) {
        inForce = InForce.of(secrets);
      } else {
        inForce =
            inForce.because(
                subscribers.stream()
                    .map(Subscriber::refusal)
                    .filter(why -> !why.isEmpty())
                    .findFirst()
                    .orElse(""));
      }
      return inForce;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until something happened that may change [#inForce], at most so long.
  void await(Duration most) throws InterruptedException {
    if (happened.tryAcquire(most.toMillis(), TimeUnit.MILLISECONDS)) {
      happened.drainPermits();
    }
  }
}
