package io.tombolo.server.ca;

import io.tombolo.consul.ConnectCa;
import io.tombolo.consul.ConnectRoots;
import io.tombolo.consul.ConsulWorld;
import io.tombolo.identity.OutsideAuthority;
import io.tombolo.identity.OutsideRoots;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Consul's authority: it signs for the services of its own datacenter. While it is away the roots
/// that it told last are trusted. Thread-safe.
public final class ConsulAuthority implements OutsideAuthority, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ConsulAuthority.class);
  private static final Duration END = Duration.ofSeconds(5);

  /// Hears that other roots are to be trusted.
  public interface Observer {
    /// @throws IOException if that cannot be done now; then it is told again
    void changed() throws IOException;
  }

  /// What it is for.
  ///
  /// @param datacenter whose services it signs for
  /// @param file where its roots are kept
  public record Duty(String datacenter, TrustDomain trustDomain, Path file) {}

  private final ConnectCa consul;
  private final Duty duty;
  private final String services;
  private final CountDownLatch heard = new CountDownLatch(1);
  private final Thread follower;
  private volatile @Nullable OutsideRoots roots;
  private volatile Observer observer = () -> {};
  private volatile String trouble = "";

  /// The trust domain of roots that were told and are not for ours; null if there were none.
  private volatile @Nullable String stranger;

  private ConsulAuthority(ConnectCa consul, Duty duty, Optional<OutsideRoots> kept) {
    this.consul = consul;
    this.duty = duty;
    this.roots = kept.orElse(null);
    this.services = "/ns/%s/dc/%s/svc/".formatted(ConsulWorld.NAMESPACE, duty.datacenter());
    this.follower =
        Thread.ofVirtual()
            .name("consul-ca")
            .unstarted(() -> consul.follow(this::heard, this::failed));
  }

  /// Begins with the roots that it told before; the first time it waits until it tells them.
  ///
  /// @throws IllegalArgumentException if it signs for another trust domain, or is away and was
  ///   never heard from; the message tells what to do
  public static ConsulAuthority open(ConnectCa consul, Duty duty, Duration patience)
      throws IOException {
    var kept = OutsideRoots.kept(duty.file());
    kept.ifPresent(roots -> requireOurs(duty, roots.trustDomain().name()));
    var authority = new ConsulAuthority(consul, duty, kept);
    authority.follower.start();
    if (kept.isEmpty()) {
      try {
        authority.awaitRoots(patience);
      } catch (RuntimeException unusable) {
        authority.close();
        throw unusable;
      }
    }
    return authority;
  }

  private static void requireOurs(Duty duty, String told) {
    if (!told.equals(duty.trustDomain().name())) {
      throw new IllegalArgumentException(
          ("tombolo.trust-domain: must be \"%s\", for which Consul's CA signs, not \"%s\"."
               + " Identities of the other are in the state directory: if it has one already, use a"
               + " new one")
              .formatted(Names.printable(told), duty.trustDomain()));
    }
  }

  private void awaitRoots(Duration patience) {
    try {
      var _ = heard.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    var other = stranger;
    if (other != null) {
      requireOurs(duty, other);
    }
    if (roots == null) {
      throw new IllegalArgumentException(
          "tombolo.ca.consul: its roots were never heard, and are not told within %d s: %s"
              .formatted(patience.toSeconds(), trouble));
    }
  }

  private void heard(ConnectRoots told) throws IOException {
    if (!told.trustDomain().equals(duty.trustDomain().name())) {
      stranger = told.trustDomain();
      heard.countDown();
      throw new IOException(
          "it signs for \"%s\" now, not for \"%s\"; its roots are not taken up"
              .formatted(Names.printable(told.trustDomain()), duty.trustDomain()));
    }
    var next = new OutsideRoots(duty.trustDomain(), told.active(), told.retiring());
    next.keep(duty.file());
    roots = next;
    observer.changed();
    trouble = "";
    heard.countDown();
    LOG.infof(
        "Consul's CA signs for services of %s with root %s; %d older ones are trusted",
        duty.datacenter(), told.active().getSubjectX500Principal(), told.retiring().size());
  }

  private void failed(String why) {
    if (!why.equals(trouble)) {
      LOG.warnf("No news of the roots, those told before are trusted: %s", why);
    }
    trouble = why;
  }

  /// Is told from now on.
  ///
  /// @throws IOException if what is so now cannot be taken up
  public void observe(Observer hearing) throws IOException {
    observer = hearing;
    hearing.changed();
  }

  @Override
  public boolean signsFor(SpiffeId identity) {
    var path = identity.path();
    return path.startsWith(services) && path.indexOf('/', services.length()) < 0;
  }

  @Override
  public List<X509Certificate> roots() {
    var known = roots;
    return known == null ? List.of() : known.all();
  }

  /// Those of the roots that sign no more.
  public List<X509Certificate> retiring() {
    var known = roots;
    return known == null ? List.of() : known.retiring();
  }

  @Override
  public Answer sign(byte[] csr) {
    return switch (consul.sign(csr)) {
      case ConnectCa.Verdict.Signed(var chain) -> new Answer.Signed(chain);
      case ConnectCa.Verdict.Busy(var why) -> new Answer.Busy(why);
      case ConnectCa.Verdict.Failed(var why) -> new Answer.Failed(why);
    };
  }

  /// When this returns, nothing is written any more.
  @Override
  public void close() {
    consul.close();
    follower.interrupt();
    try {
      follower.join(END.toMillis());
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }
}
