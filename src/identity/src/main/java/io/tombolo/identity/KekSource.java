package io.tombolo.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/// Where the key-encryption key comes from.
public sealed interface KekSource {
  /// By configuration.
  record Given(Kek kek) implements KekSource {}

  /// In a file (0600), which is made when there is neither a key nor anything sealed with one.
  record InFile(Path file) implements KekSource {}

  /// The key, or empty if its file is not there.
  ///
  /// @throws StateUnusable if the file must not be used
  default Optional<Kek> load() throws IOException {
    return switch (this) {
      case Given(var kek) -> Optional.of(kek);
      case InFile(var file) -> PrivateFiles.read(file, 1024).map(bytes -> parse(file, bytes));
    };
  }

  /// The key that seals what a vault keeps; made if the vault keeps nothing of an authority yet.
  ///
  /// @throws StateUnusable if it is lost
  default Kek of(KeyVault vault, SecureRandom random) throws IOException {
    boolean fresh = true;
    for (var first : List.of(OwnRoots.entry(1), Intermediates.entry(1), SealedJwtKeys.entry(1))) {
      fresh &= vault.load(first).isEmpty();
    }
    return fresh ? loadOrMake(random) : load().orElseThrow(() -> lost(vault));
  }

  private StateUnusable lost(KeyVault vault) {
    return new StateUnusable(
        ("the key-encryption key of the CA in %s is missing (%s); restore it from a backup. To"
             + " start a new CA instead, move all of %s away and give every agent the new bundle")
            .formatted(vault.where(), this, vault.where()));
  }

  private Kek loadOrMake(SecureRandom random) throws IOException {
    var known = load();
    if (known.isPresent()) {
      return known.get();
    }
    if (this instanceof InFile(var file)) {
      var text = Kek.generate(random) + "\n";
      boolean _ = PrivateFiles.create(file, text.getBytes(StandardCharsets.US_ASCII));
    }
    return load().orElseThrow(() -> new NoSuchFileException(toString()));
  }

  private static Kek parse(Path file, byte[] content) {
    try {
      return Kek.parse(new String(content, StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException notAKey) {
      throw new StateUnusable(
          file + ": " + notAKey.getMessage() + "; restore the file from a backup");
    }
  }
}
