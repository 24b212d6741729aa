package io.tombolo.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Which roots are trusted, which of them signs, and how far a rollover is.
///
/// @param since when this phase began
/// @param paused whether the rollover stays in its phase, whatever it finds
/// @param other the root that comes or retires; null if settled
/// @param skipped node ids and identities that the rollover does not wait for
/// @param declined the fingerprint of a root that was rolled back from; empty if none was
public record Roots(
    Phase phase,
    Instant since,
    boolean paused,
    X509Certificate signing,
    @Nullable X509Certificate other,
    Set<String> skipped,
    String declined) {
  private static final int MOST_BYTES = 256 * 1024;
  private static final Pattern FORM =
      Pattern.compile(
          "tombolo-roots 1\nphase ([a-z]+)\nsince (\\S+)\npaused (true|false)\n"
              + "declined ([0-9a-f]{64}|none)\nsigning (\\S+)\n(?:other (\\S+)\n)?"
              + "((?:skipped \\S+\n)*)");

  /// How far a rollover is.
  public enum Phase {
    /// One root is trusted, and signs.
    SETTLED,
    /// A new root is told to everyone; the old one signs.
    SPREADING,
    /// The new root signs; the old one is trusted until nobody has an SVID under it.
    REISSUING
  }

  public Roots {
    skipped = Set.copyOf(skipped);
    if ((phase == Phase.SETTLED) != (other == null)) {
      throw new IllegalArgumentException("a rollover is between two roots");
    }
  }

  static Roots settled(X509Certificate signing, Instant now) {
    return new Roots(Phase.SETTLED, now, false, signing, null, Set.of(), "");
  }

  /// All that peers trust: the one that signs comes first.
  public List<X509Certificate> trusted() {
    return other == null ? List.of(signing) : List.of(signing, other);
  }

  /// The root that is about to sign.
  public Optional<X509Certificate> coming() {
    return phase == Phase.SPREADING ? Optional.ofNullable(other) : Optional.empty();
  }

  /// The root that signs no more.
  public Optional<X509Certificate> retiring() {
    return phase == Phase.REISSUING ? Optional.ofNullable(other) : Optional.empty();
  }

  Roots spread(X509Certificate root, Instant now) {
    return new Roots(Phase.SPREADING, now, false, signing, root, Set.of(), "");
  }

  /// The two roots change their parts: the other one signs from now on.
  Roots swapped(Instant now) {
    var next = coming().or(this::retiring).orElseThrow();
    return new Roots(Phase.REISSUING, now, false, next, signing, skipped, declined);
  }

  Roots settledAgain(Instant now) {
    return new Roots(Phase.SETTLED, now, false, signing, null, Set.of(), declined);
  }

  Roots paused(boolean now) {
    return new Roots(phase, since, now, signing, other, skipped, declined);
  }

  Roots skipping(String one) {
    var all = new TreeSet<>(skipped);
    all.add(one);
    return new Roots(phase, since, paused, signing, other, all, declined);
  }

  Roots declining(X509Certificate root) {
    return new Roots(phase, since, paused, signing, other, skipped, fingerprint(root));
  }

  Roots undeclined() {
    return new Roots(phase, since, paused, signing, other, skipped, "");
  }

  /// SHA-256 of the DER, in hex.
  public static String fingerprint(X509Certificate certificate) {
    return HexFormat.of().formatHex(digest(encoded(certificate)));
  }

  private static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this Java has no SHA-256", impossible);
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateException impossible) {
      throw new IllegalStateException("the certificate has no encoding", impossible);
    }
  }

  /// What a file says; empty if there is none.
  ///
  /// @throws StateUnusable if it is not one that Tombolo wrote
  static Optional<Roots> read(Path file) throws IOException {
    return PrivateFiles.read(file, MOST_BYTES).map(bytes -> parse(file, bytes));
  }

  void write(Path file) throws IOException {
    var text = new StringBuilder("tombolo-roots 1\n");
    text.append("phase ").append(phase.name().toLowerCase(Locale.ROOT)).append('\n');
    text.append("since ").append(since).append('\n');
    text.append("paused ").append(paused).append('\n');
    text.append("declined ").append(declined.isEmpty() ? "none" : declined).append('\n');
    text.append("signing ").append(base64(signing)).append('\n');
    if (other != null) {
      text.append("other ").append(base64(other)).append('\n');
    }
    new TreeSet<>(skipped).forEach(one -> text.append("skipped ").append(one).append('\n'));
    PrivateFiles.replace(file, text.toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static String base64(X509Certificate certificate) {
    return Base64.getEncoder().encodeToString(encoded(certificate));
  }

  private static Roots parse(Path file, byte[] content) {
    var fields = FORM.matcher(new String(content, StandardCharsets.ISO_8859_1));
    if (!fields.matches()) {
      throw unusable(file);
    }
    try {
      return new Roots(
          Phase.valueOf(fields.group(1).toUpperCase(Locale.ROOT)),
          Instant.parse(fields.group(2)),
          Boolean.parseBoolean(fields.group(3)),
          certificate(fields.group(5)),
          fields.group(6) == null ? null : certificate(fields.group(6)),
          fields.group(7).lines().map(l -> l.substring(8)).collect(Collectors.toSet()),
          fields.group(4).equals("none") ? "" : fields.group(4));
    } catch (IllegalArgumentException | DateTimeParseException | CertificateException damaged) {
      throw unusable(file);
    }
  }

  private static X509Certificate certificate(String base64) throws CertificateException {
    var der = Base64.getDecoder().decode(base64);
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }

  private static StateUnusable unusable(Path file) {
    return new StateUnusable(
        file
            + " is not a file that Tombolo wrote. Restore it from a backup: it says which roots"
            + " are trusted");
  }
}
