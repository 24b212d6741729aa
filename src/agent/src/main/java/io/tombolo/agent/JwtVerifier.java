package io.tombolo.agent;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.util.Base64URL;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Verifies JWT-SVIDs (JWT-SVID, sections 2 to 5). The key is taken from the bundle of the trust
/// domain of the subject, and nothing else in the token says where to look for one.
final class JwtVerifier {
  /// Section 2.1.
  private static final Set<String> ALGORITHMS =
      Set.of("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512");

  /// Section 2.
  private static final Set<String> HEADERS = Set.of("alg", "kid", "typ");

  /// Section 2.3.
  private static final Set<String> TYPES = Set.of("JWT", "JOSE");

  /// For the clock of another trust domain's issuer. Of `exp` there is none.
  private static final Duration NOT_BEFORE_LEEWAY = Duration.ofSeconds(30);

  /// A JWT-SVID that is to be accepted.
  record Verified(SpiffeId identity, Struct claims) {}

  private JwtVerifier() {}

  /// @param audience that must be among those of the token
  /// @throws JwtRefused if it is not to be accepted
  static Verified verify(String token, String audience, Trust trust, Instant now)
      throws JwtRefused {
    var jws = Jws.parse(token);
    var algorithm = algorithm(jws.header());
    var identity = subject(jws.claims());
    var bundle = bundle(identity, trust);
    if (keys(jws.header(), bundle).stream().noneMatch(key -> signed(jws, algorithm, key))) {
      throw new JwtRefused("signature: it is not of a key of " + bundle.trustDomain());
    }
    requireAudience(jws.claims(), audience);
    requireNow(jws.claims(), now);
    return new Verified(identity, jws.claims());
  }

  private static String algorithm(Struct header) throws JwtRefused {
    for (var name : header.getFieldsMap().keySet()) {
      if (!HEADERS.contains(name)) {
        throw new JwtRefused(
            "header: \"%s\" is not one that a JWT-SVID may have".formatted(Names.printable(name)));
      }
    }
    var type = header.getFieldsMap().get("typ");
    if (type != null && !TYPES.contains(text("typ", type))) {
      throw new JwtRefused("typ: it is neither JWT nor JOSE");
    }
    var algorithm = text("alg", header.getFieldsMap().get("alg"));
    if (!ALGORITHMS.contains(algorithm)) {
      throw new JwtRefused(
          "alg: \"%s\" is not one of JWT-SVIDs".formatted(Names.printable(algorithm)));
    }
    return algorithm;
  }

  static SpiffeId subject(Struct claims) throws JwtRefused {
    var subject = text("sub", claims.getFieldsMap().get("sub"));
    try {
      var identity = SpiffeId.parse(subject);
      if (identity.path().isEmpty()) {
        throw new JwtRefused("sub: it is a trust domain, not a workload");
      }
      return identity;
    } catch (IllegalArgumentException wrong) {
      throw new JwtRefused("sub: " + wrong.getMessage());
    }
  }

  /// Workload API, section 6.3.
  private static TrustBundle bundle(SpiffeId identity, Trust trust) throws JwtRefused {
    return Stream.concat(Stream.of(trust.own()), trust.federated().stream())
        .filter(one -> one.trustDomain().equals(identity.trustDomain()))
        .findFirst()
        .orElseThrow(() ->
            new JwtRefused(
                "sub: there is no bundle of the trust domain " + identity.trustDomain()));
  }

  private static Collection<PublicKey> keys(Struct header, TrustBundle bundle) throws JwtRefused {
    var id = header.getFieldsMap().get("kid");
    if (id == null) {
      return bundle.jwtKeys().values();
    }
    var key = bundle.jwtKeys().get(text("kid", id));
    if (key == null) {
      throw new JwtRefused(
          "kid: the bundle of %s has no key of this id".formatted(bundle.trustDomain()));
    }
    return List.of(key);
  }

  private static boolean signed(Jws jws, String algorithm, PublicKey key) {
    var header = new JWSHeader(JWSAlgorithm.parse(algorithm));
    try {
      return JwtKeys.usable(key)
          && new DefaultJWSVerifierFactory()
              .createJWSVerifier(header, key)
              .verify(
                  header,
                  jws.signed().getBytes(StandardCharsets.US_ASCII),
                  new Base64URL(jws.signature()));
    } catch (JOSEException notThisKind) {
      return false;
    }
  }

  /// RFC 7519, section 4.1.3: a text, or a list of them.
  private static void requireAudience(Struct claims, String audience) throws JwtRefused {
    var value = claims.getFieldsMap().get("aud");
    if (value == null) {
      throw new JwtRefused("aud: it is missing");
    }
    var values = value.hasListValue() ? value.getListValue().getValuesList() : List.of(value);
    boolean found = false;
    for (var one : values) {
      found |= text("aud", one).equals(audience);
    }
    if (!found) {
      throw new JwtRefused("aud: it does not have the audience asked for");
    }
  }

  /// RFC 7519, sections 4.1.4 and 4.1.5.
  private static void requireNow(Struct claims, Instant now) throws JwtRefused {
    var expires = seconds("exp", claims).orElseThrow(() -> new JwtRefused("exp: it is missing"));
    if (seconds(now) >= expires) {
      throw new JwtRefused("exp: it has expired");
    }
    var notBefore = seconds("nbf", claims);
    if (notBefore.isPresent() && seconds(now.plus(NOT_BEFORE_LEEWAY)) < notBefore.get()) {
      throw new JwtRefused("nbf: it is not valid yet");
    }
    var _ = seconds("iat", claims);
  }

  private static double seconds(Instant time) {
    return time.toEpochMilli() / 1000.0;
  }

  /// A time in seconds since 1970; empty if it is not there.
  private static Optional<Double> seconds(String claim, Struct claims) throws JwtRefused {
    var value = claims.getFieldsMap().get(claim);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.hasNumberValue()) {
      throw new JwtRefused(claim + ": it is not a number");
    }
    return Optional.of(value.getNumberValue());
  }

  /// When a token that is known to be ours expires.
  static Instant expires(Struct claims) throws JwtRefused {
    var expires = seconds("exp", claims).orElseThrow(() -> new JwtRefused("exp: it is missing"));
    return Instant.ofEpochSecond(expires.longValue());
  }

  private static String text(String name, @Nullable Value value) throws JwtRefused {
    if (value == null) {
      throw new JwtRefused(name + ": it is missing");
    }
    if (!value.hasStringValue()) {
      throw new JwtRefused(name + ": it is not a text");
    }
    return value.getStringValue();
  }
}
