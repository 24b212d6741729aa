package io.tombolo.agent;

import com.google.protobuf.ByteString;
import io.tombolo.api.identity.v1.Bundle;
import io.tombolo.api.identity.v1.JwtKey;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/// Reads bundles: the pinned roots from their file, and what the control plane sends.
final class Bundles {
  private static final System.Logger LOG = System.getLogger(Bundles.class.getName());

  private Bundles() {}

  /// The pinned roots.
  ///
  /// @throws IllegalArgumentException if the file is missing or has none; the message says what to
  ///   do
  static TrustBundle pinned(TrustDomain trustDomain, Path file) {
    try (var pem = Files.newInputStream(file)) {
      var roots = SpiffeCertificates.fromPem(pem);
      if (roots.isEmpty()) {
        throw new CertificateException("no certificates");
      }
      return TrustBundle.of(trustDomain, 0, roots);
    } catch (IOException | CertificateException unusable) {
      throw new IllegalArgumentException(
          "the trust bundle %s cannot be used (%s): without pinned roots the agent would trust any"
                  .formatted(
                      file, unusable instanceof IOException ? "not readable" : "no certificates")
              + " server, so it does not start; copy bundle.pem from the control plane to that"
              + " file",
          unusable);
    }
  }

  /// Whom to trust, as the control plane sent it. A bundle of another trust domain that cannot be
  /// read is left out: then nobody of that trust domain is accepted.
  ///
  /// @throws CertificateException if its own bundle is of another trust domain, has no root, or is
  ///   not one
  static Trust trust(TrustDomain expected, io.tombolo.api.identity.v1.Trust sent)
      throws CertificateException {
    if (!sent.getOwn().getTrustDomain().equals(expected.name())) {
      throw new CertificateException(
          "the control plane sent the bundle of trust domain \"%s\", not of %s"
              .formatted(Names.printable(sent.getOwn().getTrustDomain()), expected));
    }
    if (sent.getOwn().getRootsCount() == 0) {
      throw new CertificateException("the control plane sent a bundle without roots");
    }
    var federated = new ArrayList<TrustBundle>();
    for (var one : sent.getFederatedList()) {
      try {
        federated.add(bundle(one));
      } catch (CertificateException unusable) {
        LOG.log(
            Level.ERROR,
            "Agent: nobody of trust domain \"{0}\" is accepted: {1}",
            Names.printable(one.getTrustDomain()),
            Failure.text(unusable));
      }
    }
    return new Trust(bundle(sent.getOwn()), federated);
  }

  private static TrustBundle bundle(Bundle sent) throws CertificateException {
    try {
      var jwtKeys = new TreeMap<String, PublicKey>();
      for (var key : sent.getJwtKeysList()) {
        publicKey(key).ifPresent(known -> jwtKeys.put(key.getId(), known));
      }
      return new TrustBundle(
          new TrustDomain(sent.getTrustDomain()),
          sent.getSequence(),
          SpiffeCertificates.fromDer(sent.getRootsList()),
          jwtKeys);
    } catch (IllegalArgumentException wrong) {
      throw new CertificateException("the control plane sent no bundle: " + wrong.getMessage());
    }
  }

  /// As it is sent.
  static io.tombolo.api.identity.v1.Trust message(Trust trust) {
    return io.tombolo.api.identity.v1.Trust.newBuilder()
        .setOwn(message(trust.own()))
        .addAllFederated(trust.federated().stream().map(Bundles::message).toList())
        .build();
  }

  private static Bundle message(TrustBundle bundle) {
    var message =
        Bundle.newBuilder()
            .setTrustDomain(bundle.trustDomain().name())
            .setSequence(bundle.sequence());
    bundle.roots().forEach(root -> message.addRoots(SpiffeCertificates.toDer(List.of(root))));
    bundle
        .jwtKeys()
        .forEach((id, key) ->
            message.addJwtKeys(
                JwtKey.newBuilder().setId(id).setPublicKey(ByteString.copyFrom(key.getEncoded()))));
    return message.build();
  }

  /// Empty if it is of a kind that is not known here (Trust Domain and Bundle, section 4.2.1: such
  /// a key is ignored).
  private static Optional<PublicKey> publicKey(JwtKey key) {
    try {
      var info = SubjectPublicKeyInfo.getInstance(key.getPublicKey().toByteArray());
      return Optional.of(new JcaPEMKeyConverter().getPublicKey(info)).filter(JwtKeys::usable);
    } catch (IOException | IllegalArgumentException unknown) {
      return Optional.empty();
    }
  }
}
