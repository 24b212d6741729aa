package io.tombolo.identity;

import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.security.SecureRandom;

/// Where the keys of a trust domain's authority are kept, sealed.
public record CaState(KeyVault vault, KekSource keks, TrustDomain trustDomain) {

  /// @throws StateUnusable if the key-encryption key is lost
  SealedIssuers issuers() throws IOException {
    var random = new SecureRandom();
    return new SealedIssuers(vault, keks.of(vault, random), trustDomain, random);
  }
}
