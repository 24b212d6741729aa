package io.tombolo.identity;

import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Whom the mesh trusts: the bundle of its own trust domain, and those of others. The sequence of
/// its own is kept in a file, and never goes back. Thread-safe.
public final class TrustStore {
  private static final int MOST_BYTES = 1024;
  private static final Pattern FORM =
      Pattern.compile("tombolo-trust 1\nsequence ([0-9]{1,18})\nsha256 ([0-9a-f]{64})\n");

  private final TrustDomain trustDomain;
  private final Path file;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Consumer<Trust>> observers = new CopyOnWriteArrayList<>();
  private final SortedMap<String, TrustBundle> federated = new TreeMap<>();
  private volatile Trust trust;

  private TrustStore(TrustDomain trustDomain, Path file) {
    this.trustDomain = trustDomain;
    this.file = file;
    this.trust = Trust.of(TrustBundle.of(trustDomain, 0, List.of()));
  }

  /// @param file where the sequence is kept
  /// @throws StateUnusable if the file cannot be used
  public static TrustStore open(
      Path file, TrustDomain trustDomain, List<X509Certificate> roots, Instant now)
      throws IOException {
    return open(file, trustDomain, roots, new TreeMap<>(), now);
  }

  /// @param file where the sequence is kept
  /// @param jwtKeys by key id
  /// @throws StateUnusable if the file cannot be used
  public static TrustStore open(
      Path file,
      TrustDomain trustDomain,
      List<X509Certificate> roots,
      SortedMap<String, PublicKey> jwtKeys,
      Instant now)
      throws IOException {
    var store = new TrustStore(trustDomain, file);
    store.own(_ -> roots, _ -> jwtKeys, now);
    return store;
  }

  public Trust trust() {
    return trust;
  }

  /// Is told whom to trust from now on, each time it changes, one after the other.
  public void observe(Consumer<Trust> observer) {
    observers.add(observer);
  }

  /// Sets the roots of the own trust domain. When this returns they are told.
  ///
  /// @throws IOException if the new sequence cannot be written; then nothing has changed
  public void roots(List<X509Certificate> roots, Instant now) throws IOException {
    own(_ -> roots, TrustBundle::jwtKeys, now);
  }

  /// Sets the keys for JWT-SVIDs of the own trust domain.
  ///
  /// @throws IOException if the new sequence cannot be written; then nothing has changed
  public void jwtKeys(SortedMap<String, PublicKey> keys, Instant now) throws IOException {
    own(TrustBundle::roots, _ -> keys, now);
  }

  /// The next bundle is made of the one before, which nobody changes meanwhile.
  private void own(
      Function<TrustBundle, List<X509Certificate>> nextRoots,
      Function<TrustBundle, SortedMap<String, PublicKey>> nextKeys,
      Instant now)
      throws IOException {
    lock.lock();
    try {
      var roots = nextRoots.apply(trust.own());
      var keys = nextKeys.apply(trust.own());
      var hash = hash(roots, keys);
      long sequence = sequence(hash, now);
      publish(new TrustBundle(trustDomain, sequence, roots, keys));
    } finally {
      lock.unlock();
    }
  }

  /// The sequence of this content. A new one is at least the time in seconds, so that it also grows
  /// where the file was lost.
  private long sequence(String hash, Instant now) throws IOException {
    long last = 0;
    var kept = PrivateFiles.read(file, MOST_BYTES);
    if (kept.isPresent()) {
      var fields = FORM.matcher(new String(kept.get(), StandardCharsets.ISO_8859_1));
      if (!fields.matches()) {
        throw new StateUnusable(
            file + " is not a file that Tombolo wrote; restore it from a backup, or delete it");
      }
      last = Long.parseLong(fields.group(1));
      if (fields.group(2).equals(hash)) {
        return last;
      }
    }
    long next = Math.max(last + 1, now.getEpochSecond());
    PrivateFiles.replace(
        file,
        "tombolo-trust 1\nsequence %d\nsha256 %s\n"
            .formatted(next, hash)
            .getBytes(StandardCharsets.US_ASCII));
    return next;
  }

  /// Trusts another trust domain by this bundle from now on.
  public void federate(TrustBundle bundle) {
    lock.lock();
    try {
      federated.put(bundle.trustDomain().name(), bundle);
      publish(trust.own());
    } finally {
      lock.unlock();
    }
  }

  private void publish(TrustBundle own) {
    var next = new Trust(own, List.copyOf(federated.values()));
    if (!next.equals(trust)) {
      trust = next;
      observers.forEach(observer -> observer.accept(next));
    }
  }

  private static String hash(List<X509Certificate> roots, SortedMap<String, PublicKey> keys) {
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      roots.stream()
          .map(TrustStore::encoded)
          .sorted(Comparator.comparing(HexFormat.of()::formatHex))
          .forEach(sha::update);
      keys.forEach((id, key) -> {
        sha.update(("\0" + id + "\0").getBytes(StandardCharsets.UTF_8));
        sha.update(key.getEncoded());
      });
      return HexFormat.of().formatHex(sha.digest());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this Java has no SHA-256", impossible);
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("the certificate has no encoding", impossible);
    }
  }
}
