package io.tombolo.identity;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A root that somebody else made, given with its key. It becomes one of our own roots where
/// otherwise one would be made: at the first start, or when a rollover is begun.
public final class BroughtRoot {
  private BroughtRoot() {}

  /// Seals a root and its key.
  ///
  /// @param key in PEM
  /// @throws IllegalArgumentException if it cannot be a root here; the message says why
  public static void bring(CaState state, X509Certificate root, String key, Instant now)
      throws IOException {
    var rules = new IntermediateRules(state.trustDomain(), List.of());
    var issuer = rules.root(root, PrivateKeys.parse(key), now);
    var issuers = state.issuers();
    var sealed = new SealedIssuers.Sealed(List.of(root), issuer.key());
    int number = 1;
    while (!issuers.create(entry(number), sealed).certificates().getFirst().equals(root)) {
      number++;
    }
  }

  /// The first that was brought and is not among our roots yet.
  static Optional<Issuer> waiting(SealedIssuers issuers, List<Issuer> roots) throws IOException {
    for (int number = 1; ; number++) {
      var brought = issuers.load(entry(number));
      if (brought.isEmpty()) {
        return Optional.empty();
      }
      var certificate = brought.get().certificates().getFirst();
      if (roots.stream().noneMatch(root -> root.certificate().equals(certificate))) {
        return Optional.of(new Issuer(certificate, brought.get().key()));
      }
    }
  }

  private static String entry(int number) {
    return "brought-" + number;
  }
}
