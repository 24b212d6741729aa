package io.tombolo.identity;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// The way to an SVID: it is issued unless its holder is banned, and written down before it is
/// handed out. In the audit log, no SVID of somebody follows their ban. Thread-safe.
public final class Registrar implements AutoCloseable {
  /// How long an SVID holds that is only good to ask for the one of an authority outside: long
  /// enough that a join token is not used up in vain while that authority is away.
  static final Duration PROVISIONAL = Duration.ofHours(1);

  private final Authority authority;
  private final OutsideAuthority outside;
  private final AuditLog log;
  private final Bans bans;
  private final Inventory inventory;
  private final Allowance refusals;
  private final ReentrantReadWriteLock deciding = new ReentrantReadWriteLock();
  private final List<Consumer<Ban>> observers = new CopyOnWriteArrayList<>();

  /// What came of a request for an SVID.
  public sealed interface Result {
    record Granted(Issued issued) implements Result {}

    /// Signed by the built-in authority in place of the one outside, which needs a request that
    /// names the identity: good to ask again, with such a request.
    record Provisional(Issued issued) implements Result {}

    /// The authority of this identity signs only requests that name it.
    record Misnamed(String why) implements Result {}

    /// The authority of this identity has too many requests.
    record Busy(String why) implements Result {}

    /// The authority of this identity is away, or would not sign, or not as it should.
    ///
    /// @param why for the operator
    record Unsigned(String why) implements Result {}

    record Banned(Ban ban) implements Result, JwtResult {}

    /// Nobody gets one now.
    ///
    /// @param why for the operator, with the way out
    record Closed(String why) implements Result, JwtResult {}
  }

  /// What came of a request for a JWT-SVID.
  public sealed interface JwtResult {
    record Granted(JwtSvid issued) implements JwtResult {}
  }

  private Registrar(
      Authority authority, OutsideAuthority outside, AuditLog log, Bans bans, Inventory inventory) {
    this.authority = authority;
    this.outside = outside;
    this.log = log;
    this.bans = bans;
    this.inventory = inventory;
    this.refusals = new Allowance(100, 10);
  }

  /// With its log and its bans in a state directory.
  ///
  /// @param grace for how long after its end an SVID may be renewed
  public static Registrar open(Path state, Authority authority, Duration grace, Instant now) {
    return open(state, authority, OutsideAuthority.none(), grace, now);
  }

  /// The same, where an authority outside signs for some.
  public static Registrar open(
      Path state, Authority authority, OutsideAuthority outside, Duration grace, Instant now) {
    var inventory = new Inventory(grace);
    var log = AuditLog.open(state.resolve("audit.log"), inventory, now);
    return new Registrar(authority, outside, log, new Bans(state.resolve("bans")), inventory);
  }

  /// Why nobody gets an SVID now, with the way out; empty if all is well.
  public Optional<String> closed(Instant now) {
    return bans.trouble().or(() -> log.look(now));
  }

  /// @param key one that [Csr] accepts
  /// @param csr the request that it comes from, in DER
  public Result issue(PublicKey key, byte[] csr, Proof proof, Instant now) {
    var identity = proof.identity();
    if (!outside.signsFor(identity)) {
      return written(proof, now, () -> authority.issue(key, identity, now), Result.Granted::new);
    }
    var problem = Csr.problemNaming(identity, csr);
    if (problem.isEmpty()) {
      return signedOutside(key, csr, proof, now);
    }
    if (proof.by() == Proof.By.CERTIFICATE) {
      refused(proof.subject(), problem.get(), now);
      return new Result.Misnamed(problem.get());
    }
    return written(
        proof,
        now,
        () -> authority.issue(key, identity, now, PROVISIONAL),
        Result.Provisional::new);
  }

  /// Not while bans wait: the authority outside may take its time. They are looked at before, and
  /// again when it has signed.
  private Result signedOutside(PublicKey key, byte[] csr, Proof proof, Instant now) {
    deciding.readLock().lock();
    try {
      var barred = barred(proof, now);
      if (barred.isPresent()) {
        return barred.get();
      }
    } finally {
      deciding.readLock().unlock();
    }
    return switch (outside.sign(csr)) {
      case OutsideAuthority.Answer.Signed(var chain) -> checked(chain, key, proof, now);
      case OutsideAuthority.Answer.Busy(var why) -> new Result.Busy(why);
      case OutsideAuthority.Answer.Failed(var why) -> new Result.Unsigned(why);
    };
  }

  private Result checked(List<X509Certificate> chain, PublicKey key, Proof proof, Instant now) {
    try {
      var issued = OutsideSvid.checked(chain, key, proof.identity(), outside.roots(), now);
      return written(proof, now, () -> issued, Result.Granted::new);
    } catch (CertificateException wrong) {
      return new Result.Unsigned(
          "what the authority signed for %s is not handed out: %s"
              .formatted(proof.identity(), wrong.getMessage()));
    }
  }

  private Result written(
      Proof proof, Instant now, Supplier<Issued> signing, Function<Issued, Result> result) {
    deciding.readLock().lock();
    try {
      var barred = barred(proof, now);
      if (barred.isPresent()) {
        return barred.get();
      }
      var issued = signing.get();
      var svid = AuditEvent.Svid.of(issued, proof.replaces());
      var _ = log.appendDurably(new AuditEvent(now, proof.kind(), proof.subject(), svid, ""));
      return result.apply(issued);
    } catch (IOException | StateUnusable unwritten) {
      return new Result.Closed(String.valueOf(unwritten.getMessage()));
    } finally {
      deciding.readLock().unlock();
    }
  }

  /// Issues a JWT-SVID for the same identity as a certificate.
  ///
  /// @param proof by the certificate
  /// @throws IllegalArgumentException if the request has ended, or the identity gets none
  public JwtResult issueJwt(JwtAuthority jwts, JwtRequest request, Proof proof, Instant now) {
    deciding.readLock().lock();
    try {
      var closed = closed(now);
      if (closed.isPresent()) {
        return new Result.Closed(closed.get());
      }
      var ban = ban(proof, now);
      if (ban.isPresent()) {
        return new Result.Banned(ban.get());
      }
      var issued = jwts.sign(proof.identity(), request, now);
      var what =
          "JWT %s, key %s, until %s, for %s"
              .formatted(issued.id(), issued.keyId(), issued.expires(), request.shown());
      var _ =
          log.appendDurably(new AuditEvent(now, AuditEvent.Kind.JWT, proof.subject(), null, what));
      return new JwtResult.Granted(issued);
    } catch (IOException | StateUnusable unwritten) {
      return new Result.Closed(String.valueOf(unwritten.getMessage()));
    } finally {
      deciding.readLock().unlock();
    }
  }

  /// The ban that holds for whom this proves, written down as a refusal.
  private Optional<Ban> ban(Proof proof, Instant now) {
    var ban = bans.on(proof.identity(), proof.node());
    ban.ifPresent(one -> refused(proof.subject(), one.toString(), now));
    return ban;
  }

  private Optional<Result> barred(Proof proof, Instant now) {
    var closed = closed(now);
    return closed.isPresent()
        ? Optional.of(new Result.Closed(closed.get()))
        : ban(proof, now).map(Result.Banned::new);
  }

  /// Writes down that somebody got nothing; of many within a second only how many. If it cannot be
  /// written, nothing is issued either, and that is what is told.
  public void refused(AuditEvent.Subject subject, String why, Instant now) {
    var room = refusals.take(now);
    if (room.isEmpty()) {
      return;
    }
    try {
      if (room.get() > 0) {
        var what = "%d refusals were not written, each by itself".formatted(room.get());
        var _ =
            log.append(
                new AuditEvent(now, AuditEvent.Kind.OMITTED, AuditEvent.Subject.NONE, null, what));
      }
      var _ = log.append(new AuditEvent(now, AuditEvent.Kind.REFUSED, subject, null, why));
    } catch (IOException | StateUnusable told) {
      // `closed` looks at the log again, and tells.
    }
  }

  /// Bans an identity or a node: when this returns, it gets nothing any more, also after a restart.
  ///
  /// @throws IllegalArgumentException if it is not one that can be banned
  /// @throws StateUnusable if the bans cannot be read, or the log cannot be written; in the latter
  ///   case the ban holds all the same
  /// @throws IOException as well
  public Ban ban(String subject, String reason, Instant now) throws IOException {
    var ban = new Ban(subject, now, reason);
    requireOurs(ban);
    deciding.writeLock().lock();
    try {
      bans.add(ban);
      write(AuditEvent.Kind.BANNED, ban, reason, now);
    } finally {
      deciding.writeLock().unlock();
      if (bans.all().contains(ban)) {
        observers.forEach(observer -> observer.accept(ban));
      }
    }
    return ban;
  }

  private void requireOurs(Ban ban) {
    if (!ban.ofIdentity()) {
      return;
    }
    var identity = SpiffeId.parse(ban.subject());
    if (!identity.trustDomain().equals(authority.trustDomain())) {
      throw new IllegalArgumentException(
          "subject: %s is not of the trust domain %s".formatted(identity, authority.trustDomain()));
    }
    if (identity.equals(SpiffeId.controlPlane(authority.trustDomain()))) {
      throw new IllegalArgumentException("subject: that is the control plane itself");
    }
  }

  /// @return the ban that was lifted; empty if there was none
  public Optional<Ban> unban(String subject, Instant now) throws IOException {
    deciding.writeLock().lock();
    try {
      var lifted = bans.remove(subject);
      if (lifted.isPresent()) {
        write(AuditEvent.Kind.UNBANNED, lifted.get(), "", now);
      }
      return lifted;
    } finally {
      deciding.writeLock().unlock();
    }
  }

  private void write(AuditEvent.Kind kind, Ban ban, String reason, Instant now) throws IOException {
    var subject =
        new AuditEvent.Subject(
            ban.ofIdentity() ? ban.subject() : "",
            ban.ofIdentity() ? "" : ban.subject(),
            "admin token");
    try {
      var _ = log.appendDurably(new AuditEvent(now, kind, subject, null, reason));
    } catch (IOException | StateUnusable unwritten) {
      throw new StateUnusable(
          "%s is %s, but that is not in the audit log: %s"
              .formatted(
                  Names.printable(ban.subject(), 2100), kind.word(), unwritten.getMessage()));
    }
  }

  /// Is told of each ban when it holds.
  public void observe(Consumer<Ban> observer) {
    observers.add(observer);
  }

  public AuditLog log() {
    return log;
  }

  public Bans bans() {
    return bans;
  }

  public Inventory inventory() {
    return inventory;
  }

  public Authority authority() {
    return authority;
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
