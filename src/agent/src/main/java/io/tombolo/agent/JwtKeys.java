package io.tombolo.agent;

import com.google.protobuf.ByteString;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import io.tombolo.mesh.identity.TrustBundle;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The keys for JWT-SVIDs in a bundle: EC on the curves of JWS, and RSA of 2048 bits or more (RFC
/// 7518, sections 3.3 to 3.5). Others are as if they were not there.
final class JwtKeys {
  private static final int LEAST_RSA_BITS = 2048;
  private static final Set<Curve> CURVES = Set.of(Curve.P_256, Curve.P_384, Curve.P_521);

  private JwtKeys() {}

  static boolean usable(PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= LEAST_RSA_BITS;
      case ECPublicKey ec -> curve(ec).isPresent();
      default -> false;
    };
  }

  /// The keys of a bundle as a JWK Set (RFC 7517, section 5). Without `use`: it is the standard set
  /// of the Workload API (section 6.2.2), and validators that know nothing of SPIFFE skip keys
  /// whose `use` is not `sig`.
  static ByteString jwkSet(TrustBundle bundle) {
    var keys =
        bundle.jwtKeys().entrySet().stream()
            .filter(entry -> usable(entry.getValue()))
            .map(entry -> jwk(entry.getKey(), entry.getValue()))
            .toList();
    return ByteString.copyFromUtf8(new JWKSet(keys).toString());
  }

  private static JWK jwk(String id, PublicKey key) {
    return key instanceof ECPublicKey ec
        ? new ECKey.Builder(curve(ec).orElseThrow(), ec).keyID(id).build()
        : new RSAKey.Builder((RSAPublicKey) key).keyID(id).build();
  }

  private static Optional<Curve> curve(ECPublicKey key) {
    @Nullable Curve curve = Curve.forECParameterSpec(key.getParams());
    return Optional.ofNullable(curve).filter(CURVES::contains);
  }
}
