package io.tombolo.server.ports;

import com.google.protobuf.ByteString;
import io.tombolo.api.identity.v1.Bundle;
import io.tombolo.api.identity.v1.JwtKey;
import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;

/// Whom to trust, as it is told.
final class TrustMessages {
  private TrustMessages() {}

  static io.tombolo.api.identity.v1.Trust of(Trust trust) {
    return io.tombolo.api.identity.v1.Trust.newBuilder()
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
