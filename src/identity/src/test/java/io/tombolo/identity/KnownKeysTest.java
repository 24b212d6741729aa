package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Looking for keys finds them: without this, finding none would mean nothing.
@Tag("identity")
class KnownKeysTest {
  @TempDir Path state;

  @BeforeEach
  void anAuthority() throws Exception {
    new Ca(state).open();
  }

  private static byte[] around(byte[] planted) {
    var out = new ByteArrayOutputStream();
    byte[] noise = new byte[5000];
    new Random(7).nextBytes(noise);
    out.writeBytes(noise);
    out.writeBytes(planted);
    out.writeBytes(noise);
    return out.toByteArray();
  }

  @Test
  void a_key_that_is_planted_in_any_form_is_found() throws Exception {
    var known = KnownKeys.of(state, Ca.DOMAIN.name());

    assertThat(known.forms()).hasSizeGreaterThan(30);
    assertThat(known.foundIn(around(new byte[0]))).isEmpty();
    known
        .forms()
        .forEach((form, bytes) -> assertThat(known.foundIn(around(bytes))).as(form).isPresent());
    assertThat(
            known.foundIn(Map.of("a", new byte[9], "b", known.forms().values().iterator().next())))
        .singleElement()
        .asString()
        .startsWith("b has ");
  }

  /// As programs write it, not as the forms here are made.
  @Test
  void a_key_is_found_within_what_programs_write() throws Exception {
    var known = KnownKeys.of(state, Ca.DOMAIN.name());
    for (var name : List.of("root", "intermediate-1")) {
      byte[] der = new Ca(state).issuers().load(name).orElseThrow().key().getEncoded();
      var written = new HashMap<String, String>();
      for (int shift = 0; shift < 3; shift++) {
        byte[] within = around(der);
        byte[] shifted = Arrays.copyOfRange(within, shift, within.length);
        written.put("base64 " + shift, Base64.getEncoder().encodeToString(shifted));
        written.put("lines " + shift, Base64.getMimeEncoder().encodeToString(shifted));
        written.put(
            "lines in json " + shift,
            Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(shifted)
                .replace("\n", "\\n"));
        written.put("for urls " + shift, Base64.getUrlEncoder().encodeToString(shifted));
      }
      written.forEach((how, text) ->
          assertThat(known.foundIn(text.getBytes(StandardCharsets.US_ASCII)))
              .as(name + " in " + how)
              .isPresent());
    }
  }

  @Test
  void the_sealed_files_have_no_key_in_any_form() throws Exception {
    var known = KnownKeys.of(state, Ca.DOMAIN.name());
    var files = new HashMap<String, byte[]>();
    try (var all = Files.walk(state)) {
      for (var file : all.filter(Files::isRegularFile).toList()) {
        files.put(file.toString(), Files.readAllBytes(file));
      }
    }

    assertThat(files).hasSizeGreaterThan(2);
    assertThat(known.foundIn(files)).isEmpty();
  }
}
