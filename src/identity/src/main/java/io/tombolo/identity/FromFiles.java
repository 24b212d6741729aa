package io.tombolo.identity;

import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An intermediate with its key in a directory that somebody else writes, such as a mounted Secret:
/// `tls.crt`, `tls.key` and `ca.crt`, or Istio's `ca-cert.pem`, `ca-key.pem`, `cert-chain.pem` and
/// `root-cert.pem`. Files that are not there yet, half-written, or do not belong together, are
/// refused until they are right.
public final class FromFiles implements IntermediateSource {
  private static final int MOST_BYTES = 1024 * 1024;

  /// The names of a set.
  ///
  /// @param chain may be missing, as may be the root if the certificates lead to one
  private record Names(String certificate, String key, String chain, String root) {
    static final Names SECRET = new Names("tls.crt", "tls.key", "chain.crt", "ca.crt");
    static final Names ISTIO =
        new Names("ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem");
  }

  private final Path directory;
  private final IntermediateRules rules;

  /// @param roots those that are accepted; empty for any that the files name
  public FromFiles(Path directory, TrustDomain trustDomain, List<X509Certificate> roots) {
    this.directory = directory;
    rules = new IntermediateRules(trustDomain, roots);
  }

  @Override
  public Optional<Intermediate> next(@Nullable Intermediate current, Instant now)
      throws IOException {
    Intermediate found;
    try {
      found = read(now);
    } catch (IllegalArgumentException refused) {
      throw new IOException("%s: %s".formatted(this, refused.getMessage()), refused);
    }
    if (current == null || !same(found, current)) {
      return Optional.of(found);
    }
    requireLong(current, now);
    return Optional.empty();
  }

  /// The files are there, under another root.
  @Override
  public Intermediate underNewRoot(List<X509Certificate> told, Instant now) throws IOException {
    return next(null, now)
        .filter(one -> !told.contains(one.root()))
        .orElseThrow(() ->
            new IOException(
                "%s are still under the same root; put one under another root there"
                    .formatted(this)));
  }

  private static boolean same(Intermediate one, Intermediate other) {
    return one.chain().equals(other.chain()) && one.root().equals(other.root());
  }

  /// Who writes the files should have renewed them by the last sixth of their life.
  private void requireLong(Intermediate current, Instant now) throws IOException {
    var life = Duration.between(current.certificate().getNotBefore().toInstant(), current.end());
    if (Duration.between(now, current.end()).compareTo(life.dividedBy(6)) < 0) {
      throw new IOException(
          "the intermediate of %s ends at %s; put a newer one there"
              .formatted(this, current.end()));
    }
  }

  private Intermediate read(Instant now) throws IOException {
    var names =
        Files.exists(directory.resolve(Names.SECRET.certificate)) ? Names.SECRET : Names.ISTIO;
    var key = text(names.key);
    var certificates = new ArrayList<>(certificates(names.certificate, needed(names)));
    for (var more : List.of(names.chain, names.root)) {
      var text = text(more);
      if (text.isPresent()) {
        certificates.addAll(certificates(more, text.get()));
      }
    }
    return rules.accept(
        certificates, key(names.key, key.orElseThrow(() -> missing(names.key))), now);
  }

  private String needed(Names names) throws IOException {
    return text(names.certificate)
        .orElseThrow(() ->
            missing("%s and %s".formatted(Names.SECRET.certificate, Names.ISTIO.certificate)));
  }

  private IllegalArgumentException missing(String name) {
    return new IllegalArgumentException(
        "there is no %s; put tls.crt, tls.key and ca.crt there, or ca-cert.pem, ca-key.pem,"
                .formatted(name)
            + " cert-chain.pem and root-cert.pem");
  }

  private static List<X509Certificate> certificates(String name, String text) {
    try {
      return Pem.parse(text);
    } catch (IllegalArgumentException notPem) {
      throw new IllegalArgumentException(name + ": " + notPem.getMessage(), notPem);
    }
  }

  private static PrivateKey key(String name, String text) {
    try {
      return PrivateKeys.parse(text);
    } catch (IllegalArgumentException notAKey) {
      throw new IllegalArgumentException(name + ": " + notAKey.getMessage(), notAKey);
    }
  }

  private Optional<String> text(String name) throws IOException {
    var file = directory.resolve(name);
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new IllegalArgumentException(name + " has more than 1 MiB; it is not in PEM");
      }
      return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return "the files in " + directory;
  }
}
