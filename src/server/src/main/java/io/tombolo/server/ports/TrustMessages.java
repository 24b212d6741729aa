package io.tombolo.server.ports;

import com.google.protobuf.ByteString;
import io.tombolo.api.identity.v1.Bundle;
import io.tombolo.api.identity.v1.JwtKey;
import io.tombolo.identity.Roots;
import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Whom to trust, as it is told.
final class TrustMessages {
  private TrustMessages() {}

  /// @param retiring a root of the built-in authority that signs no more
  static io.tombolo.api.identity.v1.Trust of(Trust trust, Optional<X509Certificate> retiring) {
    return io.tombolo.api.identity.v1.Trust.newBuilder()
        .addAllRetiring(
            Stream.concat(retiring.stream(), trust.retiring().stream())
                .map(root -> HexFormat.of().parseHex(Roots.fingerprint(root)))
                .map(ByteString::copyFrom)
                .toList())
        .setOwn(bundle(trust.own()))
        .addAllFederated(trust.federated().stream().map(TrustMessages::bundle).toList())
        .build();
  }

  private static Bundle bundle(TrustBundle bundle) {
    var message =
        Bundle.newBuilder()
            .setTrustDomain(bundle.trustDomain().name())
            .addAllRoots(encoded(bundle.roots()))
            .setSequence(bundle.sequence());
    bundle
        .jwtKeys()
        .forEach((id, key) ->
            message.addJwtKeys(
                JwtKey.newBuilder().setId(id).setPublicKey(ByteString.copyFrom(key.getEncoded()))));
    return message.build();
  }

  static List<ByteString> encoded(List<X509Certificate> certificates) {
    return certificates.stream().map(TrustMessages::encoded).toList();
  }

  private static ByteString encoded(X509Certificate certificate) {
    try {
      return ByteString.copyFrom(certificate.getEncoded());
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException("a certificate that was read has an encoding", impossible);
    }
  }
}
