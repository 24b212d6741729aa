package io.tombolo.server.federation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The SPIFFE bundle format, a JWK Set (SPIFFE Trust Domain and Bundle, section 4).
public final class BundleFormat {
  /// The longest bundle that is read, in bytes.
  public static final int MOST_BYTES = 256 * 1024;

  private static final int MOST_KEYS = 256;
  private static final int LEAST_RSA_BITS = 2048;
  private static final int MOST_RSA_BITS = 8192;
  private static final KeyUse X509 = new KeyUse("x509-svid");
  private static final KeyUse JWT = new KeyUse("jwt-svid");
  private static final Set<String> KNOWN_TYPES = Set.of("EC", "RSA");
  private static final Set<String> KNOWN_USES = Set.of(X509.getValue(), JWT.getValue());

  /// Members of a JWK that are secret (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1).
  private static final List<String> SECRET = List.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(16)
                          .maxNumberLength(32)
                          .maxDocumentLength(MOST_BYTES)
                          .build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private BundleFormat() {}

  /// Reads the bundle of a trust domain. Which one it is of is not written in it.
  ///
  /// @throws BundleUnusable if it is not as the specification has it, or has no key at all
  public static BundleDocument read(TrustDomain trustDomain, byte[] document)
      throws BundleUnusable {
    var set = tree(document);
    var keys = keys(set);
    var roots = new ArrayList<X509Certificate>();
    var jwtKeys = new TreeMap<String, PublicKey>();
    for (int i = 0; i < keys.size(); i++) {
      var field = "keys[%d]".formatted(i);
      var known = known(field, keys.get(i));
      if (known.isEmpty()) {
        continue;
      }
      if (known.get().getKeyUse().equals(X509)) {
        Roots.root(field, known.get(), trustDomain).ifPresent(roots::add);
      } else if (jwtKeys.put(id(field, known.get()), publicKey(field, known.get())) != null) {
        throw new BundleUnusable(field + ".kid: another key has the same");
      }
    }
    if (roots.isEmpty() && jwtKeys.isEmpty()) {
      throw new BundleUnusable("keys: there is none for X.509-SVIDs or JWT-SVIDs");
    }
    var bundle =
        new TrustBundle(
            trustDomain,
            whole(set, "spiffe_sequence").orElse(0L),
            roots.stream().distinct().toList(),
            jwtKeys);
    return new BundleDocument(bundle, whole(set, "spiffe_refresh_hint").map(BundleFormat::seconds));
  }

  /// At most some years, so that it can be reckoned with.
  private static Duration seconds(long hint) {
    return Duration.ofSeconds(Math.min(hint, Integer.MAX_VALUE));
  }

  static ObjectNode tree(byte[] document) throws BundleUnusable {
    if (document.length > MOST_BYTES) {
      throw new BundleUnusable("it has more than %d bytes".formatted(MOST_BYTES));
    }
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(document)).toString();
      if (JSON.readTree(text) instanceof ObjectNode set) {
        return set;
      }
      throw new BundleUnusable("it is not a JSON object");
    } catch (CharacterCodingException notUtf8) {
      throw new BundleUnusable("it is not in UTF-8", notUtf8);
    } catch (JsonProcessingException notJson) {
      throw new BundleUnusable("it is not JSON: " + notJson.getOriginalMessage(), notJson);
    }
  }

  private static JsonNode keys(ObjectNode set) throws BundleUnusable {
    var keys = set.path("keys");
    if (!keys.isArray()) {
      throw new BundleUnusable("keys: missing, or not an array");
    }
    if (keys.size() > MOST_KEYS) {
      throw new BundleUnusable("keys: there are more than " + MOST_KEYS);
    }
    return keys;
  }

  /// The key, unless its use or its type is one that the specification has ignored. What follows
  /// the first certificate of `x5c` is ignored, whatever it is (X509-SVID, section 6.2).
  private static Optional<JWK> known(String field, JsonNode key) throws BundleUnusable {
    for (var secret : SECRET) {
      if (key.has(secret)) {
        throw new BundleUnusable(
            field + "." + secret + ": is the private part of a key, which is public now");
      }
    }
    var type = text(field, key, "kty");
    var use = text(field, key, "use");
    if (!KNOWN_TYPES.contains(type) || !KNOWN_USES.contains(use)) {
      return Optional.empty();
    }
    if (key.path("x5c") instanceof ArrayNode chain) {
      while (chain.size() > 1) {
        var _ = chain.remove(chain.size() - 1);
      }
    }
    try {
      return Optional.of(JWK.parse(key.toString()));
    } catch (ParseException | IllegalArgumentException | IllegalStateException wrong) {
      throw new BundleUnusable(
          field + ": is not a key: " + Names.printable(String.valueOf(wrong.getMessage()), 200),
          wrong);
    }
  }

  private static String text(String field, JsonNode key, String name) throws BundleUnusable {
    var value = key.path(name);
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw new BundleUnusable("%s.%s: missing, or not a text".formatted(field, name));
    }
    return value.textValue();
  }

  private static String id(String field, JWK key) throws BundleUnusable {
    if (key.getKeyID() == null || key.getKeyID().isEmpty()) {
      throw new BundleUnusable(field + ".kid: missing; a key for JWT-SVIDs has one");
    }
    return key.getKeyID();
  }

  private static PublicKey publicKey(String field, JWK key) throws BundleUnusable {
    try {
      return switch (key) {
        case ECKey ec -> ec.toECPublicKey();
        case RSAKey rsa when rsa.size() >= LEAST_RSA_BITS && rsa.size() <= MOST_RSA_BITS ->
            rsa.toRSAPublicKey();
        default ->
            throw new BundleUnusable(
                "%s.n: a key of RSA has %d to %d bits"
                    .formatted(field, LEAST_RSA_BITS, MOST_RSA_BITS));
      };
    } catch (JOSEException wrong) {
      throw new BundleUnusable(field + ": is not a key that Java can use", wrong);
    }
  }

  /// A whole number of at least 0, if it is there.
  private static Optional<Long> whole(ObjectNode set, String name) throws BundleUnusable {
    if (!set.has(name)) {
      return Optional.empty();
    }
    var value = set.get(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw new BundleUnusable(name + ": must be a whole number from 0 to 2^63 - 1");
    }
    return Optional.of(value.longValue());
  }

  /// The bundle as a document.
  ///
  /// @param refreshHint how often others are to look again
  public static byte[] write(TrustBundle bundle, Duration refreshHint) {
    return set(bundle, refreshHint).toString().getBytes(StandardCharsets.UTF_8);
  }

  static ObjectNode set(TrustBundle bundle, Duration refreshHint) {
    var set = JSON.createObjectNode();
    set.put("spiffe_sequence", bundle.sequence());
    set.put("spiffe_refresh_hint", refreshHint.toSeconds());
    var keys = set.putArray("keys");
    bundle.roots().forEach(root -> keys.addPOJO(JSON.valueToTree(jwk(root).toJSONObject())));
    bundle
        .jwtKeys()
        .forEach((id, key) -> keys.addPOJO(JSON.valueToTree(jwk(id, key).toJSONObject())));
    return set;
  }

  private static JWK jwk(X509Certificate root) {
    try {
      var chain = List.of(Base64.encode(root.getEncoded()));
      return switch (root.getPublicKey()) {
        case ECPublicKey ec -> ec(ec).keyUse(X509).x509CertChain(chain).build();
        case RSAPublicKey rsa -> new RSAKey.Builder(rsa).keyUse(X509).x509CertChain(chain).build();
        default -> throw new IllegalArgumentException("a root has a key of EC or RSA");
      };
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException("a certificate that was read has an encoding", impossible);
    }
  }

  private static JWK jwk(String id, PublicKey key) {
    return switch (key) {
      case ECPublicKey ec -> ec(ec).keyUse(JWT).keyID(id).build();
      case RSAPublicKey rsa -> new RSAKey.Builder(rsa).keyUse(JWT).keyID(id).build();
      default -> throw new IllegalArgumentException("a key for JWT-SVIDs is of EC or RSA");
    };
  }

  private static ECKey.Builder ec(ECPublicKey key) {
    return new ECKey.Builder(Curve.forECParameterSpec(key.getParams()), key);
  }
}
