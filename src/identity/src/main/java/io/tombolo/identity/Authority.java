package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The certificate authority of a trust domain: it issues X.509-SVIDs with an intermediate, which
/// is under a root of its own or under one elsewhere. What it does with its roots outlives a crash
/// at any point: each change is written before it takes place. Thread-safe.
public final class Authority {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final Terms terms;
  private final Certificates certificates;
  private final Intermediates intermediates;
  private final IntermediateSource source;
  private final Path file;
  private final ReentrantLock changing = new ReentrantLock();
  private final List<Consumer<Roots>> observers = new CopyOnWriteArrayList<>();
  private volatile Intermediate signing;
  private volatile Roots roots;
  private volatile @Nullable String trouble;
  private volatile Instant nextLook = Instant.MIN;

  /// Where the state of an authority is kept, and where its intermediates come from.
  ///
  /// @param roots a file: which roots are trusted
  /// @param elsewhere null for roots of our own
  public record Setup(
      KeyVault vault,
      KekSource keks,
      Path roots,
      TrustDomain trustDomain,
      Terms terms,
      @Nullable IntermediateSource elsewhere) {}

  private Authority(Setup setup, Certificates certificates, SealedIssuers issuers, Instant now)
      throws IOException {
    this.terms = setup.terms();
    this.certificates = certificates;
    this.file = setup.roots();
    this.source =
        setup.elsewhere() == null
            ? new OwnRoots(issuers, certificates, setup.terms())
            : setup.elsewhere();
    this.intermediates = new Intermediates(issuers);
    if (intermediates.newest().isEmpty()) {
      var first = source.next(null, now);
      var _ =
          intermediates.add(
              first.orElseThrow(() -> new IOException(source + " gave no intermediate")));
    }
    var newest = intermediates.newest().orElseThrow();
    var known = Roots.read(file);
    this.roots = known.isPresent() ? known.get() : Roots.settled(newest.root(), now);
    boolean ours = known.isPresent() || source.vouches(newest.root());
    this.signing =
        intermediates
            .newestUnder(roots.signing())
            .filter(_ -> ours)
            .orElseThrow(() -> intermediates.unusable("is not signed by the root there"));
    if (known.isEmpty()) {
      roots.write(file);
    }
  }

  /// The authority that a vault holds, or a new one if the vault is empty.
  ///
  /// @throws StateUnusable if the vault holds one that cannot be used; it is left as it is
  /// @throws IOException if the vault cannot be read or written, or a first intermediate cannot be
  ///   had
  public static Authority open(Setup setup, Instant now) throws IOException {
    var random = new SecureRandom();
    var vault = setup.vault();
    boolean rootless = vault.load(OwnRoots.entry(1)).isEmpty();
    boolean fresh = rootless && vault.load(Intermediates.entry(1)).isEmpty();
    if (rootless && !fresh && setup.elsewhere() == null) {
      throw new StateUnusable(
          "the CA's root is missing in %s, but its intermediate is there; restore it from a backup"
              .formatted(vault.where()));
    }
    var kek = setup.keks().of(vault, random);
    var issuers = new SealedIssuers(vault, kek, setup.trustDomain(), random);
    return new Authority(setup, new Certificates(setup.trustDomain(), random), issuers, now);
  }

  /// Issues a certificate to whom the caller has attested.
  ///
  /// @param key one that [Csr] accepts
  /// @throws IllegalArgumentException if the key is too weak, or the identity is not that of a
  ///   workload of this trust domain
  /// @throws IllegalStateException if the authority has ended
  public Issued issue(PublicKey key, SpiffeId identity, Instant now) {
    return issue(key, identity, now, terms.svid());
  }

  /// The same, for this long at most.
  Issued issue(PublicKey key, SpiffeId identity, Instant now, Duration most) {
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
    var ttl = most.compareTo(terms.svid()) < 0 ? most : terms.svid();
    var leaf = certificates.leaf(issuer, info, identity, now, ttl);
    var chain = new ArrayList<>(List.of(leaf));
    chain.addAll(issuer.chain());
    return new Issued(identity, chain, issuer.certificate());
  }

  /// The roots that a peer must trust to verify what this authority issues.
  public List<X509Certificate> trusted() {
    return roots.trusted();
  }

  public Roots roots() {
    return roots;
  }

  /// Where intermediates come from.
  public IntermediateSource source() {
    return source;
  }

  /// Is told of each change of the roots, and of another root that signs.
  public void observe(Consumer<Roots> observer) {
    observers.add(observer);
  }

  /// When the first of the certificates that issuing needs ends: the intermediate, or the root.
  public Instant end() {
    return signing.end();
  }

  public TrustDomain trustDomain() {
    return certificates.trustDomain();
  }

  /// Why there is no newer intermediate, when it was last tried; empty if all is well.
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /// The root above the intermediate that issued an SVID; empty if the intermediate is not ours.
  ///
  /// @param serial of the intermediate, in hex
  public Optional<X509Certificate> rootAbove(String serial) {
    changing.lock();
    try {
      return intermediates.rootAbove(serial);
    } finally {
      changing.unlock();
    }
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

  private Intermediate current(Instant now) {
    boolean over = !now.isBefore(signing.end());
    if (over || (inLastThird(now) && !now.isBefore(nextLook))) {
      nextLook = now.plus(BETWEEN_LOOKS);
      if (over) {
        look(now);
      } else if (changing.tryLock()) {
        // Whoever else asks meanwhile need not wait for a source that is far away.
        try {
          look(now);
        } finally {
          changing.unlock();
        }
      }
    }
    return signing;
  }

  private boolean inLastThird(Instant now) {
    return Intermediates.inLastThird(signing, terms.intermediate(), now);
  }

  /// Asks the source whether there is another intermediate. One under the root that signs is used
  /// from now on; one under another root begins a rollover.
  public void look(Instant now) {
    changing.lock();
    try {
      boolean more = true;
      // More than once only if other processes renewed while this one stood still.
      while (more) {
        more = lookOnce(now);
      }
      trouble = null;
    } catch (IOException | StateUnusable e) {
      trouble = "there is no newer intermediate for the CA: " + e.getMessage();
    } finally {
      changing.unlock();
    }
  }

  private boolean lookOnce(Instant now) throws IOException {
    boolean declining = roots.phase() == Roots.Phase.SETTLED && !roots.declined().isEmpty();
    if (roots.phase() == Roots.Phase.REISSUING || declining) {
      return (!declining || inLastThird(now)) && renew(now);
    }
    if (roots.phase() == Roots.Phase.SPREADING && inLastThird(now) && renew(now)) {
      return true;
    }
    var latest = roots.coming().flatMap(intermediates::newestUnder).orElse(signing);
    var fresh = source.next(latest, now);
    if (fresh.isEmpty()) {
      return false;
    }
    var root = fresh.get().root();
    if (root.equals(roots.signing())) {
      return use(fresh.get());
    }
    var kept = intermediates.add(fresh.get());
    if (!roots.trusted().contains(kept.root())) {
      become(roots.spread(kept.root(), now));
    }
    return false;
  }

  /// Another one under the root that signs, if the source has one.
  private boolean renew(Instant now) throws IOException {
    var fresh = source.next(signing, now).filter(one -> one.root().equals(roots.signing()));
    return fresh.isPresent() && use(fresh.get());
  }

  private boolean use(Intermediate fresh) throws IOException {
    var kept = intermediates.add(fresh);
    signing = intermediates.newestUnder(roots.signing()).orElse(kept);
    return true;
  }

  /// Begins a rollover: a new root is trusted from now on, but does not sign yet.
  ///
  /// @throws IllegalStateException if one is going on
  /// @throws IOException if there is no new root; nothing has changed then
  public void begin(Instant now) throws IOException {
    changing.lock();
    try {
      require(Roots.Phase.SETTLED, "a rollover is going on: see `tombolo roots`");
      if (!roots.declined().isEmpty()) {
        become(roots.undeclined());
        look(now);
        if (roots.phase() == Roots.Phase.SPREADING) {
          return;
        }
      }
      var fresh = intermediates.add(source.underNewRoot(roots.trusted(), now));
      become(roots.spread(fresh.root(), now));
    } finally {
      changing.unlock();
    }
  }

  /// From now on the root that was coming signs.
  void switchOver(Instant now) throws IOException {
    changing.lock();
    try {
      require(Roots.Phase.SPREADING, "no new root is coming");
      become(roots.swapped(now));
    } finally {
      changing.unlock();
    }
  }

  /// The retiring root is not trusted any more.
  void settle(Instant now) throws IOException {
    changing.lock();
    try {
      require(Roots.Phase.REISSUING, "no root is retiring");
      become(roots.settledAgain(now));
    } finally {
      changing.unlock();
    }
  }

  /// Rolls back: a root that was coming is dropped; one that was retiring signs again, and the
  /// other one retires.
  ///
  /// @throws IllegalStateException if no rollover is going on
  public void back(Instant now) throws IOException {
    changing.lock();
    try {
      switch (roots.phase()) {
        case SETTLED -> throw new IllegalStateException("no rollover is going on");
        case SPREADING -> become(roots.declining(roots.coming().orElseThrow()).settledAgain(now));
        case REISSUING -> become(roots.declining(roots.signing()).swapped(now));
      }
    } finally {
      changing.unlock();
    }
  }

  /// Holds the rollover in its phase, or lets it go on.
  ///
  /// @throws IllegalStateException if no rollover is going on
  public void pause(boolean paused) throws IOException {
    changing.lock();
    try {
      requireRollover();
      become(roots.paused(paused));
    } finally {
      changing.unlock();
    }
  }

  /// The rollover does not wait for a host any more.
  ///
  /// @param who a node id or SPIFFE ID, printable and without spaces
  public void skip(String who) throws IOException {
    if (who.isEmpty() || who.length() > 2100 || !who.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IllegalArgumentException(
          "skip: a node id or a SPIFFE ID is needed, as `tombolo roots` lists them");
    }
    changing.lock();
    try {
      requireRollover();
      become(roots.skipping(who));
    } finally {
      changing.unlock();
    }
  }

  private void requireRollover() {
    if (roots.phase() == Roots.Phase.SETTLED) {
      throw new IllegalStateException("no rollover is going on");
    }
  }

  private void require(Roots.Phase phase, String otherwise) {
    if (roots.phase() != phase) {
      throw new IllegalStateException(otherwise);
    }
  }

  private void become(Roots next) throws IOException {
    var issuer = intermediates.newestUnder(next.signing());
    if (issuer.isEmpty()) {
      throw new IOException("there is no intermediate under the root that is to sign");
    }
    next.write(file);
    roots = next;
    signing = issuer.get();
    observers.forEach(observer -> observer.accept(next));
  }
}
