package io.tombolo.server.federation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tombolo.identity.Pem;
import io.tombolo.identity.PrivateFiles;
import io.tombolo.identity.StateUnusable;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.Optional;

/// The bundles of other trust domains as they were fetched last, each in a file of its own.
///
/// @param directory private
record KnownBundles(Path directory) {
  private static final String SUFFIX = ".json";
  private static final String DOMAIN = "tombolo_trust_domain";
  private static final String FETCHED = "tombolo_fetched";

  /// A bundle, and when it was fetched.
  ///
  /// @param fetched the last time that the endpoint served it; [Instant#EPOCH] if it never did
  record Known(BundleDocument document, Instant fetched) {
    TrustBundle bundle() {
      return document.bundle();
    }
  }

  private Path file(TrustDomain domain) {
    return directory.resolve(domain.name() + SUFFIX);
  }

  /// What was fetched last.
  ///
  /// @throws StateUnusable if the file is not one that was written here
  Optional<Known> read(TrustDomain domain) throws IOException {
    var file = file(domain);
    var kept = PrivateFiles.read(file, BundleFormat.MOST_BYTES);
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    try {
      var tree = BundleFormat.tree(kept.get());
      if (!tree.path(DOMAIN).asText().equals(domain.name())) {
        throw new BundleUnusable(DOMAIN + ": is not " + domain);
      }
      var fetched = Instant.parse(tree.path(FETCHED).asText());
      return Optional.of(new Known(BundleFormat.read(domain, kept.get()), fetched));
    } catch (BundleUnusable | DateTimeParseException wrong) {
      throw new StateUnusable(
          "%s is not a file that Tombolo wrote (%s); restore it from a backup, or delete it"
              .formatted(file, wrong.getMessage()));
    }
  }

  void write(Known known, Duration refreshHint) throws IOException {
    ObjectNode tree = BundleFormat.set(known.bundle(), refreshHint);
    tree.put(DOMAIN, known.bundle().trustDomain().name());
    tree.put(FETCHED, known.fetched().toString());
    PrivateFiles.replace(
        file(known.bundle().trustDomain()), tree.toString().getBytes(StandardCharsets.UTF_8));
  }

  /// Forgets all others: whoever federates with one of them again begins anew.
  void keepOnly(Collection<TrustDomain> domains) throws IOException {
    var kept = domains.stream().map(this::file).toList();
    try (var files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (var file : files) {
        if (!kept.contains(file)) {
          Files.delete(file);
        }
      }
    }
  }

  /// The bundle to begin with, as the operator got it: a bundle in JSON, or roots in PEM.
  ///
  /// @throws IllegalArgumentException if the file cannot be used
  static Known bootstrap(TrustDomain domain, Path file) {
    try {
      var content = Files.readAllBytes(file);
      var text = new String(content, StandardCharsets.ISO_8859_1);
      var document =
          text.startsWith("-----BEGIN")
              ? new BundleDocument(TrustBundle.of(domain, 0, Pem.parse(text)), Optional.empty())
              : BundleFormat.read(domain, content);
      return new Known(document, Instant.EPOCH);
    } catch (IOException | BundleUnusable | IllegalArgumentException wrong) {
      throw new IllegalArgumentException(
          "bootstrap-bundle: %s cannot be used (%s)"
              .formatted(file, wrong instanceof IOException ? "not readable" : wrong.getMessage()),
          wrong);
    }
  }
}
