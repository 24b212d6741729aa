package io.tombolo.agent;

import io.grpc.StatusRuntimeException;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.api.identity.v1.RenewRequest;
import io.tombolo.mesh.catalog.Names;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Gets the first SVID and keeps it fresh. Runs on its own virtual thread until closed.
final class Joining implements Runnable {
  private static final System.Logger LOG = System.getLogger(Joining.class.getName());
  private final AgentConfig config;
  private final Keyring keyring;
  private final CountDownLatch closed;
  private final InstantSource clock = InstantSource.system();
  private final RandomGenerator random = RandomGenerator.getDefault();
  private volatile String lastFailure = "";
  private @Nullable String spent;

  Joining(AgentConfig config, Keyring keyring, CountDownLatch closed) {
    this.config = config;
    this.keyring = keyring;
    this.closed = closed;
  }

  /// Why the last try failed, empty if it did not.
  String lastFailure() {
    return lastFailure;
  }

  @Override
  public void run() {
    int failures = 0;
    var pause = Duration.ZERO;
    try {
      while (!closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        var failure = attempt();
        failures = failure.isEmpty() ? 0 : failures + 1;
        pause = failure.isEmpty() ? untilRenewal() : pace().after(failures, random);
        failure.ifPresent(this::report);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<String> attempt() {
    try {
      var svid = obtain();
      keyring.adopt(svid);
      lastFailure = "";
      LOG.log(Level.INFO, "Agent: {0}", svid);
      return Optional.empty();
    } catch (StatusRuntimeException | IOException | GeneralSecurityException failed) {
      return Optional.of(Failure.text(failed));
    }
  }

  private Svid obtain() throws IOException, GeneralSecurityException {
    var now = clock.instant();
    var current = keyring.svid().filter(svid -> !svid.expired(now));
    var request = KeyRequest.create();
    return current.isPresent() ? renewed(request, current.get()) : attested(request);
  }

  private Svid attested(KeyRequest request) throws IOException, GeneralSecurityException {
    var proof = config.attestation();
    var token = proof.token();
    if (token.equals(spent)) {
      throw new IOException(
          "the SVID has expired and the join token in %s is used up: write a new one to that file"
              .formatted(proof.tokenFile()));
    }
    try (var controlPlane = ControlPlane.connect(config.controlPlane(), keyring::bundle, null)) {
      var issued = controlPlane.attest(proof.request(request.csr(), token));
      spent = proof.reusable() ? null : token;
      var trust = bundle(issued);
      var svid = request.accept(issued, trust, clock.instant());
      keyring.adopt(trust);
      return svid;
    }
  }

  private Svid renewed(KeyRequest request, Svid current)
      throws IOException, GeneralSecurityException {
    try (var controlPlane = ControlPlane.connect(config.controlPlane(), keyring::bundle, current)) {
      var issued = controlPlane.renew(RenewRequest.newBuilder().setCsr(request.csr()).build());
      var next = request.accept(issued, bundle(issued), clock.instant());
      if (!next.identity().equals(current.identity())) {
        throw new GeneralSecurityException(
            "the renewed certificate is of %s, not of %s"
                .formatted(next.identity(), current.identity()));
      }
      return next;
    }
  }

  private TrustBundle bundle(Issued issued) throws GeneralSecurityException {
    return issued.hasBundle()
        ? TrustBundle.of(config.trustDomain(), issued.getBundle())
        : keyring.bundle();
  }

  private Duration untilRenewal() {
    var due = keyring.svid().orElseThrow().renewal(random);
    var wait = Duration.between(clock.instant(), due);
    return wait.isNegative() ? Pace.USUAL.first() : wait;
  }

  private Pace pace() {
    var now = clock.instant();
    return keyring
        .svid()
        .filter(svid -> !svid.expired(now))
        .map(svid -> Pace.USUAL.within(Duration.between(now, svid.expires())))
        .orElse(Pace.USUAL);
  }

  private void report(String failure) {
    lastFailure = failure;
    var kept = keyring.svid();
    LOG.log(
        Level.WARNING,
        "Agent of {0}: no new SVID from {1}: {2}; {3}",
        Names.printable(config.nodeId()),
        config.controlPlane(),
        failure,
        kept.map(svid -> "still serving the " + svid).orElse("nothing to serve yet"));
  }
}
