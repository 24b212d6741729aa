package io.tombolo.agent;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tombolo.api.identity.v1.Trust;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/// Follows whom to trust, and tells what of it is in force here. What it hears came over a
/// connection that the bundle in force has verified, so only the control plane can change it. Runs
/// on its own virtual thread until closed.
final class TrustWatch implements Runnable {
  private static final System.Logger LOG = System.getLogger(TrustWatch.class.getName());
  private static final Duration LOOK = Duration.ofSeconds(1);
  private final AgentConfig config;
  private final Keyring keyring;
  private final CountDownLatch closed;
  private final RandomGenerator random = RandomGenerator.getDefault();
  private final AtomicInteger failures = new AtomicInteger();

  TrustWatch(AgentConfig config, Keyring keyring, CountDownLatch closed) {
    this.config = config;
    this.keyring = keyring;
    this.closed = closed;
  }

  @Override
  public void run() {
    var pause = Duration.ZERO;
    try {
      while (!closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        var svid = keyring.secrets().unexpired(Instant.now());
        if (svid.isPresent()) {
          follow(svid.get());
          pause = Pace.USUAL.after(failures.incrementAndGet(), random);
        } else {
          pause = Pace.USUAL.first();
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow(Svid as) throws InterruptedException {
    try (var controlPlane = ControlPlane.connect(config.controlPlane(), keyring::bundle, as)) {
      var ended = new CountDownLatch(1);
      var stream = controlPlane.watchTrust(new Listener(ended));
      var told = keyring.inForce();
      stream.onNext(told.message(config.nodeId()));
      while (ended.getCount() > 0 && closed.getCount() > 0) {
        keyring.await(LOOK);
        var now = keyring.inForce();
        if (!now.equals(told)) {
          stream.onNext(now.message(config.nodeId()));
          told = now;
        }
      }
    } catch (IOException away) {
      report(away);
    }
  }

  private void report(Throwable away) {
    if (closed.getCount() > 0) {
      LOG.log(Level.WARNING, "Agent: the trust bundle is not watched: {0}", Failure.text(away));
    }
  }

  private final class Listener implements StreamObserver<Trust> {
    private final CountDownLatch ended;

    Listener(CountDownLatch ended) {
      this.ended = ended;
    }

    @Override
    public void onNext(Trust sent) {
      failures.set(0);
      try {
        var trust = Bundles.trust(config.trustDomain(), sent);
        if (keyring.adopt(trust)) {
          LOG.log(Level.INFO, "Agent: new trust: {0}", SpiffeCertificates.summary(trust));
        }
        keyring.retire(Set.copyOf(sent.getRetiringList()));
      } catch (CertificateException unusable) {
        LOG.log(Level.ERROR, "Agent: trust stays as it was: {0}", Failure.text(unusable));
      }
    }

    @Override
    public void onError(Throwable away) {
      report(Status.fromThrowable(away).asRuntimeException());
      end();
    }

    @Override
    public void onCompleted() {
      end();
    }

    private void end() {
      ended.countDown();
      keyring.answered();
    }
  }
}
