package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;

/// A certificate authority of the trust domain `demo.test` in a state directory, for tests.
record Ca(Path state) {
  static final TrustDomain DOMAIN = new TrustDomain("demo.test");
  static final SpiffeId CART = SpiffeId.serviceAccount(DOMAIN, "shop", "cart");
  static final Instant NOW = Instant.parse("2026-11-24T04:00:00Z");

  Authority open() throws IOException {
    return open(Terms.usual(), NOW);
  }

  Authority open(Terms terms, Instant now) throws IOException {
    return Authority.open(setup(DOMAIN, terms), now);
  }

  Authority.Setup setup(TrustDomain domain, Terms terms) throws IOException {
    return new Authority.Setup(vault(), kek(), state.resolve("roots"), domain, terms, null);
  }

  KeyVault vault() throws IOException {
    return new DirectoryKeyVault(directory());
  }

  Path directory() {
    return state.resolve("ca");
  }

  KekSource kek() {
    return new KekSource.InFile(directory().resolve("kek"));
  }

  SealedIssuers issuers() throws IOException {
    return new SealedIssuers(vault(), kek().load().orElseThrow(), DOMAIN, new SecureRandom());
  }

  static KeyPair ec(String curve) {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static KeyPair rsa(int bits) {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Validates as a peer does (RFC 5280, section 6).
  ///
  /// @throws GeneralSecurityException if the chain does not lead to the bundle
  static void validate(List<X509Certificate> chain, List<X509Certificate> bundle, Instant now)
      throws GeneralSecurityException {
    var anchors = new HashSet<TrustAnchor>();
    bundle.forEach(root -> anchors.add(new TrustAnchor(root, null)));
    var parameters = new PKIXParameters(anchors);
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(now));
    var path = CertificateFactory.getInstance("X.509").generateCertPath(chain);
    var _ = CertPathValidator.getInstance("PKIX").validate(path, parameters);
  }
}
