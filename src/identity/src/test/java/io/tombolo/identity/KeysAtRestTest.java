package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysAtRestTest {
  @TempDir Path state;
  private Ca ca = new Ca(Path.of("none"));

  @BeforeEach
  void anAuthorityThatHasRenewedItsIntermediate() throws Exception {
    ca = new Ca(state);
    var later = Ca.NOW.plus(Duration.ofDays(300));
    var authority = ca.open();
    var _ = authority.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, later);
    Pem.write(state.resolve("bundle.pem"), authority.trusted());
    var jwts = JwtAuthority.open(ca.vault(), ca.kek(), Ca.DOMAIN, Duration.ofMinutes(5), Ca.NOW);
    var trust =
        TrustStore.open(
            state.resolve("trust"),
            Ca.DOMAIN,
            authority.trusted(),
            List.of(),
            jwts.publicKeys(Ca.NOW),
            Ca.NOW);
    jwts.tell(trust, Ca.NOW);
  }

  @Test
  void no_private_key_is_in_any_file_in_plain() throws Exception {
    for (var purpose : List.of("root", "intermediate-1", "intermediate-2")) {
      var key = ca.issuers().load(purpose).orElseThrow().key();
      assertThat(filesThatShow((ECPrivateKey) key)).isEmpty();
    }
    assertThat(filesThatShow((ECPrivateKey) jwtKey().pair().getPrivate())).isEmpty();
  }

  private JwtKey jwtKey() throws IOException {
    var kek = ca.kek().load().orElseThrow();
    return new SealedJwtKeys(ca.vault(), kek, Ca.DOMAIN, new SecureRandom()).load(1).orElseThrow();
  }

  @Test
  void the_search_for_keys_would_find_one() throws Exception {
    var key = ca.issuers().load("root").orElseThrow().key();
    byte[] der = key.getEncoded();
    Files.write(state.resolve("a.der"), der);
    Files.writeString(state.resolve("b.hex"), HexFormat.of().formatHex(der));
    Files.writeString(state.resolve("c.hex"), HexFormat.of().withUpperCase().formatHex(der));
    for (int shift = 0; shift < 3; shift++) {
      byte[] shifted = Arrays.copyOfRange(der, shift, der.length);
      Files.writeString(
          state.resolve("d" + shift), Base64.getMimeEncoder().encodeToString(shifted));
      Files.writeString(state.resolve("e" + shift), Base64.getUrlEncoder().encodeToString(shifted));
    }

    assertThat(filesThatShow((ECPrivateKey) key)).hasSize(9);
  }

  @Test
  void only_the_owner_may_read_or_write_them() throws Exception {
    assertThat(permissions(ca.directory())).isEqualTo("rwx------");
    try (var files = Files.list(ca.directory())) {
      assertThat(files.toList())
          .hasSize(5)
          .allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
    }
  }

  @Test
  void keys_do_not_print() throws Exception {
    var issuer = ca.issuers().load("root").orElseThrow();
    var kek = ca.kek().load().orElseThrow();
    var text = Files.readString(ca.directory().resolve("kek")).strip();

    assertThat(issuer.toString()).contains("Tombolo root").contains("[key not shown]");
    assertThat(jwtKey().toString())
        .isEqualTo("key %s for JWT-SVIDs, from %s".formatted(jwtKey().id(), Ca.NOW));
    assertThat(kek.toString()).doesNotContain(text).contains("[not shown]");
    assertThat(new KekSource.Given(kek).toString()).doesNotContain(text);
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private List<Path> filesThatShow(ECPrivateKey key) throws IOException {
    var forms = forms(key);
    try (var files = Files.walk(state)) {
      var found = new ArrayList<Path>();
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var content = Files.readString(file, StandardCharsets.ISO_8859_1);
        var unbroken = content.replaceAll("[\r\n]", "");
        if (forms.stream().anyMatch(form -> content.contains(form) || unbroken.contains(form))) {
          found.add(file);
        }
      }
      return found;
    }
  }

  /// The secret number as bytes, in hex, and in base64 at each of the three ways it may be aligned.
  private static List<String> forms(ECPrivateKey key) {
    byte[] number = key.getS().toByteArray();
    byte[] secret =
        number.length > 32 ? Arrays.copyOfRange(number, number.length - 32, number.length) : number;
    var hex = HexFormat.of().formatHex(secret);
    var forms =
        new ArrayList<>(
            List.of(
                new String(secret, StandardCharsets.ISO_8859_1),
                hex,
                hex.toUpperCase(Locale.ROOT)));
    for (int shift = 0; shift < 3; shift++) {
      byte[] inner = Arrays.copyOfRange(secret, shift, shift + 27);
      forms.add(Base64.getEncoder().encodeToString(inner));
      forms.add(Base64.getUrlEncoder().encodeToString(inner));
    }
    return forms;
  }
}
