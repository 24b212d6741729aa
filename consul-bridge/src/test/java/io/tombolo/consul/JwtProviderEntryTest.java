package io.tombolo.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.policy.JwtProvider;
import io.tombolo.mesh.policy.JwtProvider.Keys;
import io.tombolo.mesh.policy.JwtProvider.Location;
import io.tombolo.mesh.policy.JwtProviderObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("intentions")
class JwtProviderEntryTest {
  private static final String JWKS =
      "{\"keys\": [{\"kty\": \"RSA\", \"n\": \"AQAB\", \"e\": \"AQAB\"}]}";
  private static final String LOCAL = "{\"Local\": {\"JWKS\": \"%s\"}}".formatted(base64(JWKS));

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static JwtProviderObject entry(String fields) {
    return JwtProviderEntry.convert(
        SourceId.consul("dc1"),
        Rows.json("{\"Kind\": \"jwt-provider\", \"Name\": \"okta\" %s}".formatted(fields)));
  }

  private static JwtProviderObject withKeys(String keys) {
    return entry(", \"Issuer\": \"https://okta.example\", \"JSONWebKeySet\": " + keys);
  }

  private static JwtProviderObject remote(String fields) {
    return withKeys("{\"Remote\": {%s}}".formatted(fields));
  }

  private static JwtProvider accepted(JwtProviderObject object) {
    assertThat(object.problems()).isEmpty();
    return Objects.requireNonNull(object.inForce());
  }

  @Test
  void what_consul_writes_is_read() {
    var provider =
        accepted(
            entry(
                """
                , "JSONWebKeySet": {"Local": {"JWKS": "%s", "Filename": ""}, "Remote": null},
                "Issuer": "https://okta.example", "Audiences": ["shop", "desk"],
                "Locations": [
                  {"Header": {"Name": "X-Token", "ValuePrefix": "Bearer ", "Forward": true},
                   "QueryParam": null, "Cookie": null},
                  {"QueryParam": {"Name": "token"}}, {"Cookie": {"Name": "session"}}],
                "Forwarding": {"HeaderName": "X-Claims", "PadForwardPayloadHeader": true},
                "ClockSkewSeconds": 5, "CacheConfig": {"Size": 0}, "Meta": {"a": "b"},
                "Hash": 1, "CreateIndex": 2, "ModifyIndex": 3
                """
                    .formatted(base64(JWKS))));

    assertThat(provider)
        .isEqualTo(
            new JwtProvider(
                "consul/dc1/okta",
                "https://okta.example",
                List.of("shop", "desk"),
                Duration.ofSeconds(5),
                new JwtProvider.Carriage(
                    List.of(
                        new Location.Header("X-Token", "Bearer "),
                        new Location.Parameter("token"),
                        new Location.Cookie("session")),
                    true,
                    new JwtProvider.Payload("x-claims", true)),
                new Keys.Known(JWKS)));
  }

  @Test
  void keys_may_be_written_as_they_are_and_the_rest_left_out() {
    var provider =
        accepted(withKeys("{\"Local\": {\"JWKS\": \"%s\"}}".formatted(JWKS.replace("\"", "\\\""))));

    assertThat(provider.keys()).isEqualTo(new Keys.Known(JWKS));
    assertThat(provider.clockSkew()).isEqualTo(Duration.ofSeconds(30));
    assertThat(provider.carriage()).isEqualTo(JwtProvider.Carriage.USUAL);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "https://a.example/keys, https://a.example:443/keys, a.example",
        "https://a.example:8443, https://a.example:8443/, a.example",
        "https://[2001:db8::1]/k?x=1, https://[2001:db8::1]:443/k?x=1, 2001:db8::1",
      })
  void keys_may_be_fetched(String uri, String asked, String host) {
    assertThat(accepted(remote("\"URI\": \"%s\"".formatted(uri))).keys())
        .isInstanceOfSatisfying(
            Keys.Fetched.class,
            keys -> {
              assertThat(keys.uri()).isEqualTo(asked);
              assertThat(keys.host()).isEqualTo(host);
              assertThat(keys.patience()).isEqualTo(Duration.ofSeconds(5));
              assertThat(keys.refresh()).isEqualTo(Duration.ofMinutes(10));
            });
  }

  @ParameterizedTest
  @CsvSource({"60000000000, 1m", "'\"90s\"', 90s", "'\"1h30m0s\"', 90m", "0, 10m"})
  void durations_are_nanoseconds_or_as_go_writes_them(String written, String read) {
    var keys =
        accepted(
                remote(
                    "\"URI\": \"https://a.example\", \"RequestTimeoutMs\": 1500,"
                        + " \"CacheDuration\": "
                        + written))
            .keys();

    assertThat(keys)
        .isInstanceOfSatisfying(
            Keys.Fetched.class,
            fetched -> {
              assertThat(fetched.refresh()).isEqualTo(Duration.parse("PT" + read));
              assertThat(fetched.patience()).isEqualTo(Duration.ofMillis(1500));
            });
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`\"Issuer\": \"\"`, Issuer",
        "`\"Issuer\": \"a\\u0000\"`, Issuer",
        "`\"Audiences\": [1]`, Audiences",
        "`\"Namespace\": \"team\"`, Namespace",
        "`\"Shadow\": true`, shadow",
        "`\"ClockSkewSeconds\": -1`, Issuer",
        "`\"Locations\": [{}]`, Locations[0].Header",
        "`\"Locations\": [{\"Cookie\": {\"Name\": \"a\"}, \"QueryParam\": {\"Name\": \"a\"}}]`,"
            + " Locations[0].Header",
        "`\"Locations\": [{\"Header\": {\"Name\": \"a b\"}}]`, Locations[0].Header.Name",
        "`\"Locations\": [{\"Header\": {\"Name\": \"a\", \"Forward\": true}},"
            + " {\"Header\": {\"Name\": \"b\"}}]`, Locations",
        "`\"Locations\": [{\"Header\": {\"Name\": \"a\", \"Odd\": 1}}]`, Locations[0].Header.odd",
        "`\"Locations\": [{\"Cookie\": {\"Name\": \"\"}}]`, Locations[0].Cookie",
        "`\"Forwarding\": {\"HeaderName\": \"x-forwarded-client-cert\"}`, Forwarding.HeaderName",
        "`\"Forwarding\": {\"HeaderName\": \":path\"}`, Forwarding.HeaderName",
        "`\"Forwarding\": {\"PadForwardPayloadHeader\": true}`, Forwarding.HeaderName",
      })
  void what_cannot_be_followed_rejects_the_entry_and_names_the_field(String fields, String field) {
    var sound = fields.contains("Issuer") ? "" : ", \"Issuer\": \"https://okta.example\"";
    assertRejected(entry(", \"JSONWebKeySet\": %s%s, %s".formatted(LOCAL, sound, fields)), field);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`{}`, JSONWebKeySet.Local",
        "`{\"Local\": {\"Filename\": \"/etc/keys\"}}`, JSONWebKeySet.Local.Filename",
        "`{\"Local\": {\"JWKS\": \"e30=\"}}`, JSONWebKeySet.Local.JWKS",
        "`{\"Local\": {\"JWKS\": \"?\"}}`, JSONWebKeySet.Local.JWKS",
        "`{\"Local\": {\"JWKS\": \"{\\\"keys\\\": []}\"}}`, JSONWebKeySet.Local.JWKS",
        "`{\"Local\": {\"JWKS\": \"{\\\"keys\\\": [{\\\"kty\\\": \\\"oct\\\"}]}\"}}`,"
            + " JSONWebKeySet.Local.JWKS",
        "`{\"Local\": {\"JWKS\": \"{\\\"keys\\\": [{\\\"kty\\\": \\\"EC\\\", \\\"d\\\": 1}]}\"}}`,"
            + " JSONWebKeySet.Local.JWKS",
        "`{\"Remote\": {\"URI\": \"http://a.example/\"}}`, JSONWebKeySet.Remote.URI",
        "`{\"Remote\": {\"URI\": \"https://u:p@a.example/\"}}`, JSONWebKeySet.Remote.URI",
        "`{\"Remote\": {\"URI\": \"https:///keys\"}}`, JSONWebKeySet.Remote.URI",
        "`{\"Remote\": {\"URI\": \"https://a.example/\", \"CacheDuration\": \"soon\"}}`,"
            + " JSONWebKeySet.Remote.CacheDuration",
        "`{\"Remote\": {\"URI\": \"https://a.example/\", \"RequestTimeoutMs\": 90000}}`,"
            + " JSONWebKeySet.Remote.RequestTimeoutMs",
        "`{\"Remote\": {\"URI\": \"https://a.example/\", \"JWKSCluster\": {\"DiscoveryType\":"
            + " \"EDS\"}}}`, JSONWebKeySet.Remote.JWKSCluster.DiscoveryType",
        "`{\"Remote\": {\"URI\": \"https://a.example/\", \"JWKSCluster\": {\"TLSCertificates\":"
            + " {\"TrustedCA\": {\"Filename\": \"/ca\"}}}}}`,"
            + " JSONWebKeySet.Remote.JWKSCluster.TLSCertificates.TrustedCA.filename",
        "`{\"Remote\": {\"URI\": \"https://a.example/\", \"JWKSCluster\": {\"TLSCertificates\":"
            + " {\"TrustedCA\": {\"InlineString\": \"x\"}}}}}`,"
            + " JSONWebKeySet.Remote.JWKSCluster.TLSCertificates.TrustedCA.InlineString",
      })
  void keys_that_cannot_be_had_or_must_not_be_told_reject_the_entry(String keys, String field) {
    assertRejected(withKeys(keys), field);
  }

  private static void assertRejected(JwtProviderObject object, String field) {
    assertThat(object.inForce()).isNull();
    assertThat(object.problems())
        .anyMatch(problem -> problem.startsWith("jwt-provider okta: " + field));
  }
}
