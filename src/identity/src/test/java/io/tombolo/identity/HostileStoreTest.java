package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the authority finds in its vault may have been damaged, mixed up or forged: it says so and
/// touches nothing, above all it does not start over.
class HostileStoreTest {
  @TempDir Path state;
  private Ca ca = new Ca(Path.of("none"));
  private Map<String, String> before = Map.of();

  @BeforeEach
  void anAuthority() throws Exception {
    ca = new Ca(state);
    var _ = ca.open();
  }

  private void refusesToOpen(String... reasons) throws IOException {
    before = content();
    assertThatThrownBy(() -> ca.open())
        .isInstanceOf(StateUnusable.class)
        .satisfies(
            refusal -> assertThat(refusal.getMessage()).contains(reasons).matches("[ -~]{30,800}"));
  }

  @AfterEach
  void nothingWasTouched() throws IOException {
    assertThat(content()).isEqualTo(before);
  }

  @Test
  void files_that_others_may_read_or_write_are_refused_with_the_command_that_helps()
      throws Exception {
    for (var name : new String[] {"root.sealed", "intermediate-1.sealed", "kek"}) {
      for (var mode : new String[] {"rw-r-----", "rw----r--", "rw--w----"}) {
        chmod(file(name), mode);
        refusesToOpen(file(name).toString(), mode, "chmod 600");
        chmod(file(name), "rw-------");
      }
    }
  }

  @Test
  void a_directory_that_others_may_enter_is_refused() throws Exception {
    chmod(ca.directory(), "rwxr-x---");

    refusesToOpen(ca.directory().toString(), "chmod 700");
  }

  @Test
  void a_link_in_the_place_of_a_file_is_refused() throws Exception {
    var elsewhere = state.resolve("elsewhere");
    Files.move(file("root.sealed"), elsewhere);
    Files.createSymbolicLink(file("root.sealed"), elsewhere);

    refusesToOpen("root.sealed", "not a regular file");
  }

  @Test
  void another_key_encryption_key_is_refused_by_its_name() throws Exception {
    var right = ca.kek().load().orElseThrow().id();
    write(file("kek"), Kek.generate(new SecureRandom()));

    refusesToOpen("root", right, ca.kek().load().orElseThrow().id(), "backup");
  }

  @Test
  void a_missing_key_encryption_key_is_not_replaced_by_a_new_one() throws Exception {
    Files.delete(file("kek"));

    refusesToOpen("key-encryption key", "missing", file("kek").toString());
  }

  @Test
  void a_key_encryption_key_that_is_not_one_is_refused() throws Exception {
    for (var text : new String[] {"", "AAAA", "no base64 !", "\0".repeat(32)}) {
      write(file("kek"), text);
      refusesToOpen(file("kek").toString(), "32 bytes");
    }
  }

  @Test
  void the_authority_of_another_trust_domain_is_refused() throws Exception {
    before = content();

    assertThatThrownBy(
            () -> Authority.open(ca.setup(new TrustDomain("other.test"), Terms.usual()), Ca.NOW))
        .isInstanceOf(StateUnusable.class)
        .hasMessageContainingAll("demo.test", "other.test", "tombolo.trust-domain");
  }

  @Test
  void renaming_the_trust_domain_in_the_file_does_not_open_it() throws Exception {
    for (var name : new String[] {"root.sealed", "intermediate-1.sealed"}) {
      var text = Files.readString(file(name));
      write(file(name), text.replace("trust-domain demo.test", "trust-domain other.test"));
    }
    before = content();

    assertThatThrownBy(
            () -> Authority.open(ca.setup(new TrustDomain("other.test"), Terms.usual()), Ca.NOW))
        .isInstanceOf(StateUnusable.class)
        .hasMessageContaining("was changed");
  }

  @Test
  void a_missing_root_is_not_replaced_by_a_new_one() throws Exception {
    Files.delete(file("root.sealed"));

    refusesToOpen("root", "missing", "backup");
  }

  @Test
  void an_intermediate_in_the_place_of_the_root_is_refused() throws Exception {
    copy(file("intermediate-1.sealed"), file("root.sealed"));
    refusesToOpen("root", "is the entry of intermediate-1");

    write(
        file("root.sealed"),
        Files.readString(file("root.sealed")).replace("intermediate-1", "root"));
    refusesToOpen("root", "was changed");
  }

  @Test
  void an_intermediate_of_another_authority_is_refused_even_under_the_same_key() throws Exception {
    var other = new Ca(state.resolve("other"));
    Files.createDirectory(
        other.directory().getParent(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    PrivateFiles.directory(other.directory());
    copy(file("kek"), other.directory().resolve("kek"));
    var _ = other.open();
    copy(other.directory().resolve("intermediate-1.sealed"), file("intermediate-1.sealed"));

    refusesToOpen("intermediate-1", "not signed by the root");
  }

  @Test
  void any_byte_changed_in_the_roots_entry_is_noticed() throws Exception {
    var text = Files.readString(file("root.sealed"));
    for (int at = 0; at < text.length(); at += 3) {
      char other = text.charAt(at) == 'B' ? 'C' : 'B';
      write(file("root.sealed"), text.substring(0, at) + other + text.substring(at + 1));
      refusesToOpen("root");
    }
  }

  @Test
  void entries_that_are_no_entries_are_refused() throws Exception {
    var text = Files.readString(file("root.sealed"));
    var random = new byte[2000];
    new Random(7).nextBytes(random);
    var hostile =
        new String[] {
          "",
          "\n",
          text.substring(0, text.length() / 2),
          text + text,
          text.replace("\n", "\r\n"),
          "tombolo-ca 2\n",
          "\0".repeat(4000),
          new String(random, StandardCharsets.ISO_8859_1),
          "x".repeat(70_000)
        };
    for (var entry : hostile) {
      write(file("root.sealed"), entry);
      refusesToOpen("root");
    }
  }

  private Path file(String name) {
    return ca.directory().resolve(name);
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardCharsets.ISO_8859_1);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static void chmod(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private Map<String, String> content() throws IOException {
    var content = new TreeMap<String, String>();
    try (var files = Files.walk(state)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        content.put(file.toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
      }
    }
    return content;
  }
}
