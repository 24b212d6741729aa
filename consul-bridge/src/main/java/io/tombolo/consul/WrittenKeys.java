package io.tombolo.consul;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.mesh.policy.JwtProvider.Keys;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The `JSONWebKeySet` of a `jwt-provider` entry: the keys themselves, or where proxies fetch them.
///
/// Files and environment variables of the proxy's host are not read: where one is missing, Envoy
/// refuses all of the listener. How often a fetch is tried again, whether a listener waits for it
/// and how the server's name is looked up is decided here, and the same for all.
final class WrittenKeys {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final Duration USUAL_PATIENCE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(60);
  private static final Duration USUAL_REFRESH = Duration.ofMinutes(10);
  private static final Duration LONGEST_REFRESH = Duration.ofDays(30);
  private static final int HTTPS = 443;
  private static final int MOST_CHARACTERS = 1 << 16;

  /// What only a private or a shared key has (RFC 7518, section 6).
  private static final Set<String> SECRET = Set.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");

  private static final Set<String> KINDS = Set.of("RSA", "EC", "OKP");

  private static final Set<String> OF_REMOTE =
      Set.of(
          "URI",
          "RequestTimeoutMs",
          "CacheDuration",
          "FetchAsynchronously",
          "UseSNI",
          "RetryPolicy",
          "JWKSCluster");

  private final Problems problems;

  WrittenKeys(Problems problems) {
    this.problems = problems;
  }

  Optional<Keys> of(Fields written) {
    problems.refuseBeyond(written, Set.of("Local", "Remote"));
    if (written.has("Local") == written.has("Remote")) {
      problems.add(written.at("Local"), "or Remote must be there, one of them");
      return Optional.empty();
    }
    return written.has("Local") ? local(written.object("Local")) : remote(written.object("Remote"));
  }

  private Optional<Keys> local(Fields local) {
    problems.refuseBeyond(local, Set.of("JWKS", "Filename"));
    if (local.has("Filename")) {
      problems.add(local.at("Filename"), "is not read; put the key set into JWKS, in base64");
      return Optional.empty();
    }
    var field = local.at("JWKS");
    return problems.checked(field, () -> new Keys.Known(publicKeys(local.text("JWKS"))));
  }

  /// @param text JSON, or that in base64
  private static String publicKeys(String text) {
    if (text.length() > MOST_CHARACTERS) {
      throw new IllegalArgumentException("is longer than %d characters".formatted(MOST_CHARACTERS));
    }
    var json = text.strip().startsWith("{") ? text : decoded(text);
    var keys = parsed(json).path("keys");
    if (!keys.isArray() || keys.isEmpty()) {
      throw new IllegalArgumentException("must be a JWK set: {\"keys\": [...]} with a key");
    }
    keys.forEach(WrittenKeys::requirePublic);
    return json;
  }

  private static void requirePublic(JsonNode key) {
    if (!KINDS.contains(key.path("kty").asText()) || SECRET.stream().anyMatch(key::has)) {
      throw new IllegalArgumentException(
          "must have public keys only (kty RSA, EC or OKP, without private members): every proxy"
              + " gets them, and whoever has a key that signs makes tokens");
    }
  }

  private static JsonNode parsed(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException notJson) {
      throw new IllegalArgumentException(
          "must be a JWK set in JSON, as it is or in base64", notJson);
    }
  }

  private static String decoded(String base64) {
    return new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  private Optional<Keys> remote(Fields remote) {
    problems.refuseBeyond(remote, OF_REMOTE);
    var cas = authorities(remote.object("JWKSCluster"));
    var patience = Duration.ofMillis(remote.number("RequestTimeoutMs", 0));
    if (patience.isNegative() || patience.compareTo(LONGEST_PATIENCE) > 0) {
      problems.add(remote.at("RequestTimeoutMs"), "must be from 1 to 60000");
    }
    var refresh =
        problems.checked(remote.at("CacheDuration"), () -> refresh(remote.get("CacheDuration")));
    return refresh.flatMap(every ->
        problems.checked(
            remote.at("URI"),
            () ->
                fetched(
                    remote.text("URI"),
                    cas,
                    patience.isZero() ? USUAL_PATIENCE : patience,
                    every)));
  }

  private static Keys fetched(String text, String cas, Duration patience, Duration refresh) {
    var uri = URI.create(text);
    if (!"https".equals(uri.getScheme())
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "must be https://host[:port]/path: whoever can alter keys on the way makes tokens of his"
              + " own");
    }
    var path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return new Keys.Fetched(
        uri.getHost().replace("[", "").replace("]", ""),
        uri.getPort() < 0 ? HTTPS : uri.getPort(),
        uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery(),
        cas,
        patience,
        refresh);
  }

  /// @param written nanoseconds, or a duration as Go writes it
  private static Duration refresh(@Nullable JsonNode written) {
    var duration =
        switch (written) {
          case null -> Duration.ZERO;
          case JsonNode number when number.isIntegralNumber() -> Duration.ofNanos(number.asLong());
          default -> duration(written.asText());
        };
    if (duration.isZero()) {
      return USUAL_REFRESH;
    }
    if (duration.toSeconds() < 1 || duration.compareTo(LONGEST_REFRESH) > 0) {
      throw new IllegalArgumentException("must be from 1s to 720h");
    }
    return duration;
  }

  /// @param text such as `1h30m`, `90s`
  private static Duration duration(String text) {
    try {
      return text.isEmpty() ? Duration.ZERO : Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
    } catch (DateTimeException malformed) {
      throw new IllegalArgumentException("must be a duration such as 10m", malformed);
    }
  }

  private String authorities(Fields cluster) {
    problems.refuseBeyond(cluster, Set.of("DiscoveryType", "TLSCertificates", "ConnectTimeout"));
    if (!List.of("", "STRICT_DNS", "LOGICAL_DNS", "STATIC")
        .contains(cluster.text("DiscoveryType"))) {
      problems.add(cluster.at("DiscoveryType"), "must be STRICT_DNS or left out");
    }
    var tls = cluster.object("TLSCertificates");
    problems.refuseBeyond(tls, Set.of("TrustedCA"));
    var given = tls.object("TrustedCA");
    problems.refuseBeyond(given, Set.of("InlineString", "InlineBytes"));
    var pem =
        given.has("InlineBytes")
            ? problems
                .checked(given.at("InlineBytes"), () -> decoded(given.text("InlineBytes")))
                .orElse("")
            : given.text("InlineString");
    if (tls.has("TrustedCA") && !hasCertificates(pem)) {
      problems.add(given.at("InlineString"), "must have the certificates of authorities, in PEM");
    }
    return pem;
  }

  private static boolean hasCertificates(String pem) {
    try {
      return !CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
          .isEmpty();
    } catch (CertificateException malformed) {
      return false;
    }
  }
}
