package io.tombolo.identity;

import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.security.SecureRandom;

/// Where the keys of a trust domain's authority are kept, sealed.
public record CaState(KeyVault vault, KekSource keks, TrustDomain trustDomain) {

  /// @throws StateUnusable if the key-encryption key is lost
  SealedIssuers issuers() throws IOException {
    var random = new SecureRandom();
    boolean fresh =
        vault.load(OwnRoots.entry(1)).isEmpty() && vault.load(Intermediates.entry(1)).isEmpty();
    var kek =
        fresh
            ? keks.loadOrMake(random)
            : keks.load()
                .orElseThrow(() ->
                    new StateUnusable(
                        "the key-encryption key of the CA in %s is missing (%s); restore it from a backup"
                            .formatted(vault.where(), keks)));
    return new SealedIssuers(vault, kek, trustDomain, random);
  }
}
