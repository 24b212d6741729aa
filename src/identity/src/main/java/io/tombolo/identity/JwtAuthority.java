package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Signs the JWT-SVIDs of a trust domain (JWT-SVID, sections 2 to 5). Each key signs for a week.
/// The next one is made and told in the bundle a day before it signs, and one that signs no more is
/// told until the last of its tokens has expired. Several processes that share a vault come to the
/// same keys at the same times. Thread-safe.
public final class JwtAuthority {
  /// A token holds at most so long, whatever is configured.
  public static final Duration LONGEST = Duration.ofHours(1);

  static final Duration SIGNS = Duration.ofDays(7);
  static final Duration AHEAD = Duration.ofDays(1);

  /// How long a key is told after the next has begun to sign. Longer than any token holds, for
  /// clocks that differ.
  static final Duration KEPT = LONGEST.plusMinutes(5);

  private static final Duration SHORTEST = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMinutes(1);
  private static final int ID_BYTES = 16;

  private final SealedJwtKeys vault;
  private final Duration ttl;
  private final ReentrantLock looking = new ReentrantLock();

  /// All there are. Under the lock.
  private final List<JwtKey> keys = new ArrayList<>();

  /// Where they are told. Under the lock.
  private @Nullable TrustStore trust;

  /// Those that have been told.
  private volatile List<JwtKey> told = List.of();

  private volatile Instant looked = Instant.EPOCH;
  private volatile @Nullable String trouble;

  private JwtAuthority(SealedJwtKeys vault, Duration ttl) {
    this.vault = vault;
    this.ttl = ttl;
  }

  /// The keys that a vault holds, or a first one if it has none. It signs when they are told.
  ///
  /// @param ttl how long a token holds: 10 s to 1 h
  /// @throws IllegalArgumentException if the ttl is not one
  /// @throws StateUnusable if the vault holds keys that cannot be used; they are left as they are
  /// @throws IOException if the vault cannot be read, or has no key and cannot be written
  public static JwtAuthority open(
      KeyVault vault, KekSource keks, TrustDomain trustDomain, Duration ttl, Instant now)
      throws IOException {
    if (ttl.compareTo(SHORTEST) < 0 || ttl.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "tombolo.jwt.ttl must be between %s and %s, not %s".formatted(SHORTEST, LONGEST, ttl));
    }
    var random = new SecureRandom();
    var sealed = new SealedJwtKeys(vault, keks.of(vault, random), trustDomain, random);
    var authority = new JwtAuthority(sealed, ttl);
    authority.begin(now);
    return authority;
  }

  /// What tokens are verified with, by key id.
  public SortedMap<String, PublicKey> publicKeys(Instant now) {
    looking.lock();
    try {
      return publicKeys(holding(now));
    } finally {
      looking.unlock();
    }
  }

  /// Tells the keys there from now on, and begins to sign.
  ///
  /// @throws IOException if they cannot be told
  public void tell(TrustStore trust, Instant now) throws IOException {
    looking.lock();
    try {
      this.trust = trust;
      tell(now);
    } finally {
      looking.unlock();
    }
  }

  /// Looks after the keys: takes up those of other processes, makes the next one in time, and tells
  /// them. To be called every minute or so; what goes wrong is told by [#trouble].
  public void keep(Instant now) {
    looking.lock();
    try {
      look(now);
      trouble = null;
    } catch (IOException | StateUnusable e) {
      trouble = "the keys for JWT-SVIDs cannot be looked after: " + e.getMessage();
    } finally {
      looking.unlock();
    }
  }

  /// Why the keys could not be looked after when that was last tried; empty if all is well.
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /// Signs a JWT-SVID for whom the caller has attested.
  ///
  /// @throws IllegalArgumentException if the identity is not that of a workload of this trust
  ///   domain, or the request has ended
  /// @throws StateUnusable if no key may sign now; the message says why
  JwtSvid sign(SpiffeId identity, JwtRequest request, Instant now) {
    requireWorkload(identity);
    var expires = earlier(now.plus(ttl), request.end()).truncatedTo(ChronoUnit.SECONDS);
    if (!expires.isAfter(now)) {
      throw new IllegalArgumentException(
          "the certificate of %s ends at %s; renew it first".formatted(identity, request.end()));
    }
    var key = current(now);
    var id = randomId();
    var signed = unsigned(key, claims(identity, request, id, now, expires));
    var token = signed + "." + base64(key.sign(signed));
    return new JwtSvid(identity, token, id, key.id(), expires);
  }

  private void begin(Instant now) throws IOException {
    looking.lock();
    try {
      load(now);
      if (keys.isEmpty()) {
        keys.add(made(now));
      }
    } finally {
      looking.unlock();
    }
  }

  private void look(Instant now) throws IOException {
    load(now);
    try {
      prepare(now);
    } finally {
      tell(now);
    }
  }

  private void load(Instant now) throws IOException {
    var next = vault.load(keys.size() + 1);
    while (next.isPresent()) {
      keys.add(next.get());
      next = vault.load(keys.size() + 1);
    }
    looked = now;
  }

  private void prepare(Instant now) throws IOException {
    var next = keys.getLast().from().plus(SIGNS);
    if (!now.isBefore(next.minus(AHEAD))) {
      keys.add(made(later(next, now.plus(AHEAD))));
    }
  }

  private JwtKey made(Instant from) throws IOException {
    var whole = from.truncatedTo(ChronoUnit.SECONDS);
    return vault.create(keys.size() + 1, JwtKey.create(whole, vault.random()));
  }

  private void tell(Instant now) throws IOException {
    if (trust != null) {
      var holding = holding(now);
      trust.jwtKeys(publicKeys(holding), now);
      told = holding;
    }
  }

  /// The keys of which there may be a token that holds, now or later.
  private List<JwtKey> holding(Instant now) {
    int last = keys.size() - 1;
    return IntStream.rangeClosed(0, last)
        .filter(i -> i == last || now.isBefore(keys.get(i + 1).from().plus(KEPT)))
        .mapToObj(keys::get)
        .toList();
  }

  private static SortedMap<String, PublicKey> publicKeys(List<JwtKey> keys) {
    var publicKeys = new TreeMap<String, PublicKey>();
    keys.forEach(key -> publicKeys.put(key.id(), key.publicKey()));
    return publicKeys;
  }

  /// The key that signs now: the newest that has begun to, of those that were told.
  private JwtKey current(Instant now) {
    if (!looked(now)) {
      keep(now);
    }
    var known = told;
    if (known.isEmpty()) {
      throw new IllegalStateException("no key for JWT-SVIDs has been told");
    }
    // Without a look nobody knows whether another process has made the next one, which may sign.
    if (!looked(now) && !now.isBefore(known.getLast().from().plus(SIGNS))) {
      throw new StateUnusable(
          "no JWT-SVID is signed: " + trouble().orElse("the keys were not looked at"));
    }
    return known.reversed().stream()
        .filter(key -> key.begun(now))
        .findFirst()
        .orElse(known.getFirst());
  }

  private boolean looked(Instant now) {
    return Duration.between(looked, now).abs().compareTo(LOOK) <= 0;
  }

  private void requireWorkload(SpiffeId identity) {
    if (!identity.trustDomain().equals(vault.trustDomain()) || identity.path().isEmpty()) {
      throw new IllegalArgumentException(
          "%s is not a workload of the trust domain %s".formatted(identity, vault.trustDomain()));
    }
  }

  private String randomId() {
    var bytes = new byte[ID_BYTES];
    vault.random().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static String claims(
      SpiffeId identity, JwtRequest request, String id, Instant now, Instant expires) {
    return "{\"aud\":[%s],\"exp\":%d,\"iat\":%d,\"jti\":\"%s\",\"sub\":%s}"
        .formatted(
            request.audience().stream().map(JsonText::quoted).collect(Collectors.joining(",")),
            expires.getEpochSecond(),
            now.getEpochSecond(),
            id,
            JsonText.quoted(identity.toString()));
  }

  /// What is signed (RFC 7515, section 5.1).
  private static String unsigned(JwtKey key, String claims) {
    var header = "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\"}".formatted(key.id());
    return base64(header.getBytes(StandardCharsets.US_ASCII))
        + "."
        + base64(claims.getBytes(StandardCharsets.US_ASCII));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
