package io.tombolo.identity;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.TrustDomain;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.MatchResult;

/// What is the same in all sealed entries of a vault.
final class SealedEntry {
  private SealedEntry() {}

  /// Why an entry is not one of this purpose and trust domain, sealed with this key; empty if it
  /// is.
  ///
  /// @param fields the first three groups are the purpose, the trust domain and the key's id
  static Optional<String> problem(
      MatchResult fields, String purpose, TrustDomain trustDomain, Kek kek) {
    if (!fields.group(1).equals(purpose)) {
      return Optional.of("is the entry of " + Names.printable(fields.group(1)));
    }
    if (!fields.group(2).equals(trustDomain.name())) {
      return Optional.of(
          "belongs to the trust domain \"%s\", but tombolo.trust-domain is \"%s\""
              .formatted(Names.printable(fields.group(2)), trustDomain));
    }
    if (!fields.group(3).equals(kek.id())) {
      return Optional.of(
          "is sealed with the key-encryption key %s, but the one at hand is %s"
              .formatted(fields.group(3), kek.id()));
    }
    return Optional.empty();
  }

  /// Java's decoder ignores bits after the last byte; here every change counts.
  ///
  /// @throws IllegalArgumentException if it is not base64 as it is written here
  static byte[] decoded(String base64) {
    byte[] bytes = Base64.getDecoder().decode(base64);
    if (!Base64.getEncoder().encodeToString(bytes).equals(base64)) {
      throw new IllegalArgumentException("not the one way to write these bytes");
    }
    return bytes;
  }
}
