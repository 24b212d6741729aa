package io.tombolo.agent;

import io.grpc.StatusRuntimeException;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.api.identity.v1.RenewRequest;
import io.tombolo.mesh.catalog.Names;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Gets the first SVID and keeps it fresh. Runs on its own virtual thread until closed.
final class Joining implements Runnable {
  private static final System.Logger LOG = System.getLogger(Joining.class.getName());
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration JUMP = Duration.ofSeconds(10);

  /// When a root retires, hosts do not renew all at once.
  private static final Duration SPREAD = Duration.ofSeconds(5);

  private final AgentConfig config;
  private final Keyring keyring;
  private final CountDownLatch closed;
  private final InstantSource clock = InstantSource.system();
  private final RandomGenerator random = RandomGenerator.getDefault();
  private Instant looked = clock.instant();
  private volatile String lastFailure = "";
  private @Nullable String spent;

  /// One that is only good to ask for the one that is served: not yet named, or expired.
  private @Nullable Svid first;

  Joining(AgentConfig config, Keyring keyring, CountDownLatch closed) {
    this.config = config;
    this.keyring = keyring;
    this.closed = closed;
  }

  /// Goes on from an SVID of before: serves it, unless it has expired.
  void resume(Svid kept) {
    if (kept.expired(clock.instant())) {
      first = kept;
    } else {
      keyring.adopt(kept);
    }
  }

  /// Why the last try failed, empty if it did not.
  String lastFailure() {
    return lastFailure;
  }

  @Override
  public void run() {
    int failures = 0;
    try {
      if (keyring.svid().isPresent()) {
        await(renewal(), true);
      }
      while (closed.getCount() > 0) {
        var failure = attempt();
        failures = failure.isEmpty() ? 0 : failures + 1;
        failure.ifPresent(this::report);
        var next =
            failure.isEmpty() ? renewal() : clock.instant().plus(pace().after(failures, random));
        await(next, failure.isEmpty());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits until then, or until the root of the SVID retires. Looks at the clock again and again,
  /// as it may jump, and while a host is suspended the time that a process measures stands still;
  /// whichever of the two comes first counts.
  private void await(Instant until, boolean whole) throws InterruptedException {
    var due = until;
    long began = System.nanoTime();
    long most = Duration.between(clock.instant(), until).toNanos();
    boolean retiring = false;
    do {
      var now = clock.instant();
      boolean back = now.isBefore(looked.minus(JUMP));
      looked = now;
      if (back || System.nanoTime() - began >= most || !now.isBefore(due)) {
        return;
      }
      if (whole && !retiring && keyring.svid().filter(keyring::retired).isPresent()) {
        retiring = true;
        due = earlier(due, now.plusMillis(random.nextLong(SPREAD.toMillis())));
      }
    } while (!closed.await(untilNextLook(looked, due), TimeUnit.MILLISECONDS));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static long untilNextLook(Instant now, Instant due) {
    return Math.clamp(Duration.between(now, due).toMillis(), 1, LOOK.toMillis());
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
    var current = keyring.svid().or(() -> Optional.ofNullable(first));
    if (current.isEmpty()) {
      return attested();
    }
    if (!current.get().expired(now)) {
      return renewed(current.get());
    }
    return config.attestation().reusable() ? attested() : returned(current.get());
  }

  /// After the end of the SVID: by itself, within the grace that the control plane gives, or else
  /// by a join token that somebody brought meanwhile.
  private Svid returned(Svid expired) throws IOException, GeneralSecurityException {
    try {
      return renewed(expired);
    } catch (StatusRuntimeException refused) {
      try {
        return attested();
      } catch (IOException noToken) {
        throw new IOException(
            "%s; its renewal failed: %s".formatted(noToken.getMessage(), Failure.text(refused)),
            noToken);
      }
    }
  }

  private Svid attested() throws IOException, GeneralSecurityException {
    var request = KeyRequest.create();
    var proof = config.attestation();
    var token = proof.token();
    if (token.equals(spent)) {
      throw new IOException(
          "the SVID has expired and the join token in %s is used up: write a new one to that file"
              .formatted(proof.tokenFile()));
    }
    try (var controlPlane = ControlPlane.connect(config.controlPlane(), keyring::bundle, null)) {
      var issued = controlPlane.attest(proof.request(request.csr(), token, config.nodeId()));
      spent = proof.reusable() ? null : token;
      var svid = accepted(request, issued);
      first = issued.getNameNeeded() ? svid : null;
      return issued.getNameNeeded() ? renewed(svid) : svid;
    }
  }

  private Svid renewed(Svid current) throws IOException, GeneralSecurityException {
    var request = KeyRequest.create(current.identity());
    try (var controlPlane = ControlPlane.connect(config.controlPlane(), keyring::bundle, current)) {
      var issued = controlPlane.renew(RenewRequest.newBuilder().setCsr(request.csr()).build());
      var next = accepted(request, issued);
      if (!next.identity().equals(current.identity())) {
        throw new GeneralSecurityException(
            "the renewed certificate is of %s, not of %s"
                .formatted(next.identity(), current.identity()));
      }
      return next;
    }
  }

  /// What came over a connection that the bundle in force has verified.
  private Svid accepted(KeyRequest request, Issued issued) throws GeneralSecurityException {
    var trust =
        issued.hasTrust()
            ? Bundles.trust(config.trustDomain(), issued.getTrust())
            : keyring.secrets().trust();
    var svid = request.accept(issued, trust.own(), clock.instant());
    var _ = keyring.adopt(trust);
    return svid;
  }

  private Instant renewal() {
    var due = keyring.svid().orElseThrow().renewal(random);
    var soonest = clock.instant().plus(Pace.USUAL.first());
    return due.isBefore(soonest) ? soonest : due;
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
