package io.tombolo.agent;

import io.grpc.StatusRuntimeException;
import io.tombolo.api.identity.v1.Bundle;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;

/// Follows the trust bundle. What it hears came over a connection that the bundle in force has
/// verified, so only the control plane can change it. Runs on its own virtual thread until closed.
final class BundleWatch implements Runnable {
  private static final System.Logger LOG = System.getLogger(BundleWatch.class.getName());
  private final AgentConfig config;
  private final Keyring keyring;
  private final CountDownLatch closed;
  private final AtomicReference<ControlPlane> connection = new AtomicReference<>();
  private final RandomGenerator random = RandomGenerator.getDefault();
  private int failures;

  BundleWatch(AgentConfig config, Keyring keyring, CountDownLatch closed) {
    this.config = config;
    this.keyring = keyring;
    this.closed = closed;
  }

  @Override
  public void run() {
    var pause = Duration.ZERO;
    try {
      while (!closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        if (keyring.svid().isPresent()) {
          follow(keyring.svid().get());
          failures++;
          pause = Pace.USUAL.after(failures, random);
        } else {
          pause = Pace.USUAL.first();
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow(Svid as) {
    try (var controlPlane = ControlPlane.connect(config.controlPlane(), keyring::bundle, as)) {
      connection.set(controlPlane);
      if (closed.getCount() > 0) {
        controlPlane.watchBundle(this::heard);
      }
    } catch (StatusRuntimeException | IOException away) {
      if (closed.getCount() > 0) {
        LOG.log(Level.WARNING, "Agent: the trust bundle is not watched: {0}", Failure.text(away));
      }
    }
  }

  private void heard(Bundle sent) {
    failures = 0;
    try {
      var bundle = TrustBundle.of(config.trustDomain(), sent);
      if (keyring.adopt(bundle)) {
        LOG.log(Level.INFO, "Agent: new trust bundle with {0} roots", bundle.roots().size());
      }
    } catch (CertificateException unusable) {
      LOG.log(Level.ERROR, "Agent: the trust bundle stays as it was: {0}", Failure.text(unusable));
    }
  }

  /// Ends the stream that is open, if one is.
  void disconnect() {
    var open = connection.get();
    if (open != null) {
      open.close();
    }
  }
}
