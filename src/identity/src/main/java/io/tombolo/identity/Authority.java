package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The built-in certificate authority of a trust domain: a root, and under it an intermediate that
/// issues X.509-SVIDs and is renewed in the last third of its life. Thread-safe.
public final class Authority {
  private static final String ROOT = "root";

  /// @param number intermediates are counted from 1
  private record Intermediate(int number, Issuer issuer) {
    static String entry(int number) {
      return "intermediate-" + number;
    }
  }

  private final Terms terms;
  private final Certificates certificates;
  private final SealedIssuers issuers;
  private final Issuer root;
  private final ReentrantLock renewing = new ReentrantLock();
  private volatile Intermediate intermediate;
  private volatile @Nullable String trouble;

  private Authority(
      Terms terms, Certificates certificates, SealedIssuers issuers, Issuer root, Instant now)
      throws IOException {
    this.terms = terms;
    this.certificates = certificates;
    this.issuers = issuers;
    this.root = root;
    this.intermediate = newest(now);
  }

  /// The authority that a vault holds, or a new one if the vault is empty.
  ///
  /// @throws StateUnusable if the vault holds one that cannot be used; it is left as it is
  /// @throws IOException if the vault cannot be read or written
  public static Authority open(
      KeyVault vault, KekSource keks, TrustDomain trustDomain, Terms terms, Instant now)
      throws IOException {
    var random = new SecureRandom();
    boolean fresh = vault.load(ROOT).isEmpty();
    if (fresh && vault.load(Intermediate.entry(1)).isPresent()) {
      throw new StateUnusable(
          "the CA's root is missing in %s, but its intermediate is there; restore it from a backup"
              .formatted(vault.where()));
    }
    var kek = fresh ? keks.loadOrMake(random) : keks.load().orElseThrow(() -> lost(vault, keks));
    var issuers = new SealedIssuers(vault, kek, trustDomain, random);
    var certificates = new Certificates(trustDomain, random);
    var root =
        fresh
            ? issuers.create(ROOT, certificates.root(now, terms.root()))
            : issuers.load(ROOT).orElseThrow();
    return new Authority(terms, certificates, issuers, root, now);
  }

  /// Issues a certificate to whom the caller has attested.
  ///
  /// @param key one that [Csr] accepts
  /// @throws IllegalArgumentException if the key is too weak, or the identity is not that of a
  ///   workload of this trust domain
  /// @throws IllegalStateException if the authority has ended
  public Issued issue(PublicKey key, SpiffeId identity, Instant now) {
    requireWorkload(identity);
    var info = Certificates.info(key);
    KeyRules.problem(info)
        .ifPresent(problem -> {
          throw new IllegalArgumentException(problem);
        });
    var issuer = current(now);
    if (!now.isBefore(issuer.end())) {
      throw new IllegalStateException(
          "the CA of %s ended at %s; start a new one".formatted(trustDomain(), issuer.end()));
    }
    var leaf = certificates.leaf(issuer, info, identity, now, terms.svid());
    return new Issued(
        identity,
        leaf.getSerialNumber(),
        leaf.getNotBefore().toInstant(),
        leaf.getNotAfter().toInstant(),
        List.of(leaf, issuer.certificate()));
  }

  /// The roots that a peer must trust to verify what this authority issues.
  public List<X509Certificate> bundle() {
    return List.of(root.certificate());
  }

  /// When the first of the certificates that issuing needs ends: the intermediate, or the root.
  public Instant end() {
    var issuing = intermediate.issuer().end();
    return issuing.isBefore(root.end()) ? issuing : root.end();
  }

  public TrustDomain trustDomain() {
    return certificates.trustDomain();
  }

  /// Why the intermediate could not be renewed when it was last tried; empty if all is well.
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  private void requireWorkload(SpiffeId identity) {
    if (!identity.trustDomain().equals(trustDomain())) {
      throw new IllegalArgumentException(
          "%s is not of the trust domain %s".formatted(identity, trustDomain()));
    }
    if (identity.path().isEmpty()) {
      throw new IllegalArgumentException(identity + " is the trust domain itself, not a workload");
    }
  }

  private Issuer current(Instant now) {
    if (!due(intermediate.issuer(), now)) {
      return intermediate.issuer();
    }
    renewing.lock();
    try {
      // More than once only if other processes renewed while this one stood still.
      while (due(intermediate.issuer(), now)) {
        intermediate = next(intermediate.number() + 1, now);
      }
      trouble = null;
    } catch (IOException | StateUnusable e) {
      trouble = "the intermediate of the CA cannot be renewed: " + e.getMessage();
    } finally {
      renewing.unlock();
    }
    return intermediate.issuer();
  }

  /// Has the last third begun, and would a new one end later?
  private boolean due(Issuer issuer, Instant now) {
    var third = terms.intermediate().dividedBy(3);
    return Duration.between(now, issuer.end()).compareTo(third) < 0
        && issuer.end().isBefore(root.end());
  }

  private Intermediate newest(Instant now) throws IOException {
    int number = 1;
    while (issuers.vault().load(Intermediate.entry(number + 1)).isPresent()) {
      number++;
    }
    return next(number, now);
  }

  /// The intermediate of this number, made if there is none.
  private Intermediate next(int number, Instant now) throws IOException {
    var entry = Intermediate.entry(number);
    var known = issuers.load(entry);
    var issuer =
        known.isPresent()
            ? known.get()
            : issuers.create(entry, certificates.intermediate(root, now, terms.intermediate()));
    if (!signedByRoot(issuer)) {
      throw issuers.unusable(entry, "is not signed by the root there");
    }
    return new Intermediate(number, issuer);
  }

  private boolean signedByRoot(Issuer issuer) {
    try {
      issuer.certificate().verify(root.certificate().getPublicKey());
      return true;
    } catch (GeneralSecurityException notSigned) {
      return false;
    }
  }

  private static StateUnusable lost(KeyVault vault, KekSource keks) {
    return new StateUnusable(
        ("the key-encryption key of the CA in %s is missing (%s); restore it from a backup. To"
             + " start a new CA instead, move all of %s away and give every agent the new bundle")
            .formatted(vault.where(), keks, vault.where()));
  }
}
