package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What signs JWT-SVIDs, and for how long it is trusted.
@Tag("identity")
class JwtAuthorityTest {
  private static final Duration TTL = Duration.ofMinutes(5);
  private static final Instant FAR = Ca.NOW.plus(Duration.ofDays(400));
  private static final Pattern FORM =
      Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

  private final Path state;
  private final Ca ca;

  JwtAuthorityTest(@TempDir Path state) throws IOException {
    this.state = state;
    this.ca = new Ca(state);
    assertThat(ca.open().trustDomain()).isEqualTo(Ca.DOMAIN);
  }

  /// A process: an authority and where its keys are told.
  private record Signer(JwtAuthority authority, TrustStore trust) {
    JwtSvid sign(Instant now) {
      return sign(now, "web");
    }

    JwtSvid sign(Instant now, String... audience) {
      return authority.sign(Ca.CART, new JwtRequest(List.of(audience), FAR), now);
    }

    boolean trusts(JwtSvid svid) {
      var key = trust.trust().own().jwtKeys().get(svid.keyId());
      return key != null && signed(svid.token(), key);
    }

    int told() {
      return trust.trust().own().jwtKeys().size();
    }
  }

  private Signer open(Instant now) throws IOException {
    return open(ca.vault(), now);
  }

  private Signer open(KeyVault vault, Instant now) throws IOException {
    var authority = JwtAuthority.open(vault, ca.kek(), Ca.DOMAIN, TTL, now);
    var trust =
        TrustStore.open(
            state.resolve("trust"),
            Ca.DOMAIN,
            List.of(),
            List.of(),
            authority.publicKeys(now),
            now);
    authority.tell(trust, now);
    return new Signer(authority, trust);
  }

  private static boolean signed(String token, PublicKey key) {
    int dot = token.lastIndexOf('.');
    try {
      var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initVerify(key);
      signature.update(token.substring(0, dot).getBytes(StandardCharsets.US_ASCII));
      return signature.verify(Base64.getUrlDecoder().decode(token.substring(dot + 1)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String part(String token, int part) {
    var text = token.split("\\.", -1)[part];
    return new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
  }

  /// JWT-SVID, sections 2 and 5.1.
  @Test
  void it_is_a_compact_jws_whose_header_has_only_alg_kid_and_typ() throws Exception {
    var svid = open(Ca.NOW).sign(Ca.NOW);

    assertThat(svid.token()).matches(FORM);
    assertThat(part(svid.token(), 0))
        .isEqualTo("{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\"}".formatted(svid.keyId()));
  }

  /// JWT-SVID, section 3.
  @Test
  void sub_is_the_spiffe_id_aud_is_what_was_asked_and_exp_is_set() throws Exception {
    var svid = open(Ca.NOW).sign(Ca.NOW, "a \"quoted\" one\n", "käse");

    assertThat(part(svid.token(), 1))
        .isEqualTo(
            "{\"aud\":[\"a \\u0022quoted\\u0022 one\\u000a\",\"k\\u00e4se\"],\"exp\":%d,\"iat\":%d,"
                    .formatted(Ca.NOW.plus(TTL).getEpochSecond(), Ca.NOW.getEpochSecond())
                + "\"jti\":\"%s\",\"sub\":\"%s\"}".formatted(svid.id(), Ca.CART));
    assertThat(svid.expires()).isEqualTo(Ca.NOW.plus(TTL));
  }

  @Test
  void its_signature_is_of_the_key_told_under_its_kid() throws Exception {
    var signer = open(Ca.NOW);
    var svid = signer.sign(Ca.NOW);

    assertThat(signer.trusts(svid)).isTrue();
    assertThat(signer.sign(Ca.NOW).id()).isNotEqualTo(svid.id());
    assertThat(svid.toString()).doesNotContain(svid.token()).contains(svid.id());
  }

  @Test
  void a_token_ends_with_the_certificate_it_is_asked_with() throws Exception {
    var signer = open(Ca.NOW);
    var soon = new JwtRequest(List.of("web"), Ca.NOW.plusMillis(42_700));

    assertThat(signer.authority().sign(Ca.CART, soon, Ca.NOW).expires())
        .isEqualTo(Ca.NOW.plusSeconds(42));
    assertThatThrownBy(() -> signer.authority().sign(Ca.CART, soon, Ca.NOW.plusSeconds(42)))
        .hasMessageContaining("renew it first");
  }

  @ParameterizedTest
  @ValueSource(strings = {"spiffe://demo.test", "spiffe://other.test/ns/shop/sa/cart"})
  void who_is_no_workload_of_the_trust_domain_gets_none(String identity) throws Exception {
    var signer = open(Ca.NOW);
    var request = new JwtRequest(List.of("web"), FAR);
    assertThatThrownBy(() -> signer.authority().sign(SpiffeId.parse(identity), request, Ca.NOW))
        .hasMessageContaining("not a workload of the trust domain");
  }

  @Test
  void an_audience_is_needed_and_has_bounds() {
    for (var wrong :
        List.of(
            List.<String>of(),
            List.of(""),
            List.of("web", ""),
            List.of("x".repeat(1025)),
            Collections.nCopies(17, "web"))) {
      assertThatThrownBy(() -> new JwtRequest(wrong, FAR)).hasMessageStartingWith("audience: ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT9.999S", "PT1H0.001S", "PT0S", "-PT5M"})
  void a_lifetime_out_of_bounds_is_refused_with_its_key(String ttl) {
    assertThatThrownBy(
            () -> JwtAuthority.open(ca.vault(), ca.kek(), Ca.DOMAIN, Duration.parse(ttl), Ca.NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tombolo.jwt.ttl");
  }

  @Test
  void it_does_not_sign_before_its_keys_are_told() throws Exception {
    var authority = JwtAuthority.open(ca.vault(), ca.kek(), Ca.DOMAIN, TTL, Ca.NOW);
    var request = new JwtRequest(List.of("web"), FAR);
    assertThatThrownBy(() -> authority.sign(Ca.CART, request, Ca.NOW))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_key_is_told_a_day_before_it_signs_and_until_its_last_token_ends() throws Exception {
    var signer = open(Ca.NOW);
    var first = signer.sign(Ca.NOW);
    var next = Ca.NOW.plus(JwtAuthority.SIGNS);

    signer.authority().keep(next.minus(JwtAuthority.AHEAD).minusSeconds(1));
    assertThat(signer.told()).isEqualTo(1);
    signer.authority().keep(next.minus(JwtAuthority.AHEAD));
    assertThat(signer.told()).as("a day ahead").isEqualTo(2);
    var last = signer.sign(next.minusSeconds(1));
    assertThat(last.keyId()).isEqualTo(first.keyId());
    assertThat(signer.sign(next).keyId()).isNotEqualTo(first.keyId());

    var end = last.expires();
    signer.authority().keep(end);
    assertThat(signer.trusts(last)).as("while a token of the old key holds").isTrue();
    signer.authority().keep(next.plus(JwtAuthority.KEPT).minusSeconds(1));
    assertThat(signer.trusts(last)).isTrue();
    signer.authority().keep(next.plus(JwtAuthority.KEPT));
    assertThat(signer.trusts(last)).isFalse();
    assertThat(signer.told()).isEqualTo(1);
  }

  @Test
  void what_was_told_at_any_time_verifies_what_is_signed_within_a_day_of_it() throws Exception {
    var signer = open(Ca.NOW);
    var known = signer.trust().trust();
    var told = Ca.NOW;
    for (int minutes = 0; minutes < 40 * 24 * 60; minutes += 7) {
      var now = Ca.NOW.plus(Duration.ofMinutes(minutes));
      signer.authority().keep(now);
      if (Duration.between(told, now).compareTo(JwtAuthority.AHEAD.minusMinutes(15)) >= 0) {
        known = signer.trust().trust();
        told = now;
      }
      var svid = signer.sign(now);
      assertThat(known.own().jwtKeys()).as("at %s", now).containsKey(svid.keyId());
    }
    assertThat(signer.sign(Ca.NOW.plus(Duration.ofDays(40))).keyId())
        .isNotEqualTo(signer.sign(Ca.NOW).keyId());
  }

  @Test
  void after_a_long_absence_the_old_key_signs_on_until_the_next_has_been_told_for_a_day()
      throws Exception {
    var before = open(Ca.NOW).sign(Ca.NOW);
    var back = Ca.NOW.plus(Duration.ofDays(90));
    var signer = open(back);
    signer.authority().keep(back);

    assertThat(signer.sign(back).keyId()).isEqualTo(before.keyId());
    assertThat(signer.told()).isEqualTo(2);
    assertThat(signer.sign(back.plus(JwtAuthority.AHEAD)).keyId()).isNotEqualTo(before.keyId());
  }

  @Test
  void keys_and_the_sequence_of_the_bundle_survive_a_restart() throws Exception {
    var before = open(Ca.NOW);
    var svid = before.sign(Ca.NOW);
    var after = open(Ca.NOW.plusSeconds(60));

    assertThat(after.trusts(svid)).isTrue();
    assertThat(after.sign(Ca.NOW.plusSeconds(60)).keyId()).isEqualTo(svid.keyId());
    assertThat(after.trust().trust()).isEqualTo(before.trust().trust());
  }

  @Test
  void processes_on_one_directory_agree_all_the_time() throws Exception {
    var one = open(Ca.NOW);
    var other = open(Ca.NOW);
    for (int hours = 0; hours < 24 * 30; hours++) {
      var now = Ca.NOW.plus(Duration.ofHours(hours));
      var first = hours % 2 == 0 ? one : other;
      var second = hours % 2 == 0 ? other : one;
      first.authority().keep(now);
      second.authority().keep(now);

      assertThat(one.trusts(other.sign(now))).isTrue();
      assertThat(other.trusts(one.sign(now))).isTrue();
      assertThat(one.trust().trust()).isEqualTo(other.trust().trust());
      assertThat(one.sign(now).keyId()).isEqualTo(other.sign(now).keyId());
    }
  }

  @Test
  void processes_that_start_at_once_in_an_empty_directory_agree_on_the_first_key()
      throws Exception {
    for (int round = 0; round < 20; round++) {
      var vault = new MemoryVault();
      Callable<String> start =
          () ->
              JwtAuthority.open(vault, ca.kek(), Ca.DOMAIN, TTL, Ca.NOW)
                  .publicKeys(Ca.NOW)
                  .firstKey();
      try (var threads = Executors.newFixedThreadPool(8)) {
        var keys = threads.invokeAll(Collections.nCopies(8, start));
        var ids = new HashSet<String>();
        for (var key : keys) {
          ids.add(key.get());
        }
        assertThat(ids).hasSize(1);
      }
    }
  }

  @Test
  void while_the_vault_is_full_the_old_key_signs_on_and_the_trouble_is_told() throws Exception {
    var vault = new MemoryVault();
    var signer = open(vault, Ca.NOW);
    var late = Ca.NOW.plus(JwtAuthority.SIGNS).plus(JwtAuthority.AHEAD);
    vault.full().set(true);
    signer.authority().keep(late);

    assertThat(signer.authority().trouble()).get().asString().contains("no space left");
    assertThat(signer.trusts(signer.sign(late))).isTrue();
    vault.full().set(false);
    signer.authority().keep(late);
    assertThat(signer.authority().trouble()).isEmpty();
    assertThat(signer.told()).isEqualTo(2);
  }

  @Test
  void who_cannot_see_whether_there_is_a_newer_key_does_not_sign_beyond_its_own_time()
      throws Exception {
    var signer = open(Ca.NOW);
    var next = Ca.NOW.plus(JwtAuthority.SIGNS);
    Files.writeString(ca.directory().resolve("jwt-2.sealed"), "damaged");
    Files.setPosixFilePermissions(
        ca.directory().resolve("jwt-2.sealed"), PosixFilePermissions.fromString("rw-------"));

    assertThat(signer.trusts(signer.sign(next.minusSeconds(1)))).isTrue();
    assertThatThrownBy(() -> signer.sign(next))
        .isInstanceOf(StateUnusable.class)
        .hasMessageContainingAll("jwt-2", "not an entry that Tombolo wrote", "backup");
  }

  @Test
  void a_clock_that_goes_back_signs_with_a_key_that_is_told() throws Exception {
    var signer = open(Ca.NOW);
    var jump = Ca.NOW.plus(Duration.ofDays(30));
    signer.authority().keep(jump);
    for (var now : List.of(jump, Ca.NOW.minus(Duration.ofHours(1)), jump, Ca.NOW)) {
      assertThat(signer.trusts(signer.sign(now))).as("at %s", now).isTrue();
    }
  }

  @Test
  void a_key_opens_only_as_it_was_sealed() throws Exception {
    var entries = new MemoryVault();
    var _ = open(entries, Ca.NOW);
    byte[] good = entries.load("jwt-1").orElseThrow();
    var text = new String(good, StandardCharsets.US_ASCII);
    assertThat(text)
        .doesNotContain("PRIVATE")
        .contains("purpose jwt-1", "from 2026-11-24T04:00:00Z");

    for (int i = 0; i < good.length; i++) {
      byte[] changed = good.clone();
      changed[i] ^= 1;
      entries.entries().put("jwt-1", changed);
      assertThatThrownBy(() -> open(entries, Ca.NOW))
          .as("byte %d changed", i)
          .isInstanceOf(StateUnusable.class)
          .hasMessageContainingAll("jwt-1", "backup");
    }
    entries.entries().put("jwt-1", good);
    entries.entries().put("jwt-2", good);
    assertThatThrownBy(() -> open(entries, Ca.NOW)).hasMessageContaining("is the entry of jwt-1");
  }

  @Test
  void a_key_of_another_trust_domain_or_kek_is_refused() throws Exception {
    var _ = open(Ca.NOW);
    assertThatThrownBy(() ->
            JwtAuthority.open(ca.vault(), ca.kek(), new TrustDomain("other.test"), TTL, Ca.NOW))
        .hasMessageContaining("belongs to the trust domain");
    var other = new KekSource.Given(Kek.parse(Kek.generate(new SecureRandom())));
    assertThatThrownBy(() -> JwtAuthority.open(ca.vault(), other, Ca.DOMAIN, TTL, Ca.NOW))
        .hasMessageContaining("is sealed with the key-encryption key");
    Files.delete(ca.directory().resolve("kek"));
    assertThatThrownBy(() -> open(Ca.NOW)).hasMessageContaining("is missing");
  }
}
