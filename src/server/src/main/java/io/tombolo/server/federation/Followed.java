package io.tombolo.server.federation;

import io.tombolo.identity.TrustStore;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.server.federation.KnownBundles.Known;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The bundle of one other trust domain: what is known of it, and how it follows its endpoint.
/// Thread-safe.
final class Followed {
  private static final Logger LOG = Logger.getLogger(Followed.class);

  /// How often to look where the bundle does not say (SPIFFE Federation, section 4.1).
  static final Duration USUAL = Duration.ofMinutes(5);

  private static final Duration SHORTEST = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofHours(1);

  private final Relation relation;
  private final KnownBundles files;
  private final TrustStore trust;
  private final InstantSource clock;
  private final EndpointClient client;
  private final ReentrantLock polling = new ReentrantLock();
  private volatile @Nullable Known known;
  private volatile @Nullable String trouble;

  /// @throws IllegalArgumentException if the bootstrap bundle or the file of authorities cannot be
  ///   used
  Followed(Relation relation, KnownBundles files, TrustStore trust, InstantSource clock)
      throws IOException {
    this.relation = relation;
    this.files = files;
    this.trust = trust;
    this.clock = clock;
    client = client(relation, trust, clock);
    var kept = files.read(relation.trustDomain());
    var first = bootstrap(relation);
    known =
        first.isPresent() && kept.filter(last -> !older(last, first.get())).isEmpty()
            ? first.get()
            : kept.orElse(null);
    if (known != null) {
      begin(known.bundle());
    }
  }

  private void begin(TrustBundle bundle) {
    try {
      requireOwnRoots(bundle);
      trust.federate(bundle);
    } catch (BundleUnusable shared) {
      throw new IllegalArgumentException("bootstrap-bundle: " + shared.getMessage(), shared);
    }
  }

  private static boolean older(Known one, Known other) {
    return one.bundle().sequence() < other.bundle().sequence();
  }

  private static Optional<Known> bootstrap(Relation relation) {
    return relation.profile() instanceof Relation.Profile.Spiffe(_, var file)
        ? file.map(path -> KnownBundles.bootstrap(relation.trustDomain(), path))
        : Optional.empty();
  }

  private static EndpointClient client(Relation relation, TrustStore trust, InstantSource clock)
      throws IOException {
    try {
      return new EndpointClient(relation, domain -> newest(trust, domain), clock);
    } catch (IOException | IllegalArgumentException unusable) {
      throw new IllegalArgumentException(
          "ca: cannot be used (%s)".formatted(unusable.getMessage()), unusable);
    }
  }

  private static Optional<TrustBundle> newest(TrustStore store, TrustDomain domain) {
    var now = store.trust();
    return Stream.concat(Stream.of(now.own()), now.federated().stream())
        .filter(bundle -> bundle.trustDomain().equals(domain))
        .findFirst();
  }

  TrustDomain trustDomain() {
    return relation.trustDomain();
  }

  /// Looks now. What is wrong is kept as the trouble, and the bundle stays as it was.
  ///
  /// @return in what time to look again
  Duration poll() throws InterruptedException {
    polling.lockInterruptibly();
    try {
      var next = BundleFormat.read(relation.trustDomain(), client.fetch());
      requireNewer(next.bundle());
      requireOwnRoots(next.bundle());
      take(new Known(next, clock.instant()));
      trouble = null;
    } catch (IOException | BundleUnusable wrong) {
      report(String.valueOf(wrong.getMessage()));
    } finally {
      polling.unlock();
    }
    return interval();
  }

  private void report(String why) {
    if (!why.equals(trouble)) {
      LOG.warnf(
          "The bundle of trust domain %s stays as it was: %s: %s",
          relation.trustDomain(), relation.url(), why);
    }
    trouble = why;
  }

  /// @throws BundleUnusable if it is older than what is known, or another under the same sequence
  private void requireNewer(TrustBundle next) throws BundleUnusable {
    var before = known;
    if (before == null) {
      return;
    }
    long last = before.bundle().sequence();
    if (next.sequence() < last) {
      throw new BundleUnusable(
          ("spiffe_sequence: went back from %d to %d; if the trust domain really began anew, take"
                  + " it out of the configuration, start, and add it again")
              .formatted(last, next.sequence()));
    }
    if (last > 0 && next.sequence() == last && !next.equals(before.bundle())) {
      throw new BundleUnusable(
          "spiffe_sequence: is still %d, but the keys are others".formatted(last));
    }
  }

  /// No authority speaks for two trust domains.
  private void requireOwnRoots(TrustBundle next) throws BundleUnusable {
    var now = trust.trust();
    var others =
        Stream.concat(Stream.of(now.own()), now.federated().stream())
            .filter(bundle -> !bundle.trustDomain().equals(next.trustDomain()))
            .toList();
    for (var other : others) {
      if (other.roots().stream()
          .map(X509Certificate::getPublicKey)
          .anyMatch(key -> next.roots().stream().anyMatch(r -> r.getPublicKey().equals(key)))) {
        throw new BundleUnusable(
            "keys: a root is one of trust domain %s as well; is this its endpoint?"
                .formatted(other.trustDomain()));
      }
    }
  }

  private void take(Known next) throws IOException {
    files.write(next, next.document().refreshHint().orElse(USUAL));
    var before = known;
    known = next;
    if (before == null || !before.bundle().equals(next.bundle())) {
      trust.federate(next.bundle());
      LOG.infof(
          "The bundle of trust domain %s has sequence %d, %d roots and %d keys for JWT-SVIDs",
          next.bundle().trustDomain(),
          next.bundle().sequence(),
          next.bundle().roots().size(),
          next.bundle().jwtKeys().size());
    }
  }

  private Duration interval() {
    var last = known;
    var hint = last == null ? USUAL : last.document().refreshHint().orElse(USUAL);
    return hint.compareTo(SHORTEST) < 0 ? SHORTEST : hint.compareTo(LONGEST) > 0 ? LONGEST : hint;
  }

  Standing standing() {
    var last = known;
    return new Standing(
        relation.trustDomain(),
        relation.url().toString(),
        Optional.ofNullable(last).map(Known::bundle),
        Optional.ofNullable(last).map(Known::fetched).filter(at -> at.isAfter(Instant.EPOCH)),
        Optional.ofNullable(trouble));
  }
}
