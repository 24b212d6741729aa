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
import java.util.regex.Pattern;
import java.util.stream.Stream;

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
  private Trusted roots = new Trusted(List.of(), List.of(), List.of());
  private volatile Trust trust;

  /// @param builtIn of the built-in authority
  /// @param outside of an authority outside
  /// @param retiring those of the latter that sign no more
  private record Trusted(
      List<X509Certificate> builtIn,
      List<X509Certificate> outside,
      List<X509Certificate> retiring) {
    List<X509Certificate> all() {
      return Stream.concat(builtIn.stream(), outside.stream()).distinct().toList();
    }
  }

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
    return open(file, trustDomain, roots, List.of(), new TreeMap<>(), now);
  }

  /// The same, with roots of an authority outside, and keys for JWT-SVIDs by key id.
  public static TrustStore open(
      Path file,
      TrustDomain trustDomain,
      List<X509Certificate> builtIn,
      List<X509Certificate> outside,
      SortedMap<String, PublicKey> jwtKeys,
      Instant now)
      throws IOException {
    var store = new TrustStore(trustDomain, file);
    store.own(new Trusted(builtIn, outside, List.of()), jwtKeys, now);
    return store;
  }

  public Trust trust() {
    return trust;
  }

  /// Is told whom to trust from now on, each time it changes, one after the other.
  public void observe(Consumer<Trust> observer) {
    observers.add(observer);
  }

  /// Sets the roots of the built-in authority. When this returns they are told.
  ///
  /// @throws IOException if the new sequence cannot be written; then nothing has changed
  public void roots(List<X509Certificate> builtIn, Instant now) throws IOException {
    lock.lock();
    try {
      own(new Trusted(builtIn, roots.outside(), roots.retiring()), trust.own().jwtKeys(), now);
    } finally {
      lock.unlock();
    }
  }

  /// Sets the roots of an authority outside, trusted as well. When this returns they are told.
  ///
  /// @param retiring those of them that sign no more
  /// @throws IOException if the new sequence cannot be written; then nothing has changed
  public void outside(List<X509Certificate> outside, List<X509Certificate> retiring, Instant now)
      throws IOException {
    lock.lock();
    try {
      own(new Trusted(roots.builtIn(), outside, retiring), trust.own().jwtKeys(), now);
    } finally {
      lock.unlock();
    }
  }

  /// Sets the keys for JWT-SVIDs of the own trust domain.
  ///
  /// @throws IOException if the new sequence cannot be written; then nothing has changed
  public void jwtKeys(SortedMap<String, PublicKey> keys, Instant now) throws IOException {
    lock.lock();
    try {
      own(roots, keys, now);
    } finally {
      lock.unlock();
    }
  }

  private void own(Trusted next, SortedMap<String, PublicKey> keys, Instant now)
      throws IOException {
    var all = next.all();
    var told = trust.own();
    boolean same = told.sequence() > 0 && told.roots().equals(all) && told.jwtKeys().equals(keys);
    long sequence = same ? told.sequence() : sequence(hash(all, keys), now);
    roots = next;
    publish(new TrustBundle(trustDomain, sequence, all, keys));
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
    var next = new Trust(own, List.copyOf(federated.values()), roots.retiring());
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
