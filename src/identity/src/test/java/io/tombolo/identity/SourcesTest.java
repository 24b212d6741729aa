package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.identity.Foreign.Draft;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where intermediates come from, and an authority that issues with them.
@Tag("identity")
class SourcesTest {
  private static final Duration LIFE = Duration.ofDays(90);
  private static final Terms TERMS = new Terms(Duration.ofHours(24), LIFE, Duration.ofDays(3652));
  private static final PublicKey KEY = Ca.ec("secp256r1").getPublic();
  private static final Instant LATE = Ca.NOW.plus(Duration.ofDays(65));

  @TempDir Path directory;
  private Ca ca = new Ca(Path.of("none"));
  private final Foreign root = Foreign.root();
  private final FakeSignatory signatory = new FakeSignatory("the test's authority");

  /// Signs what it is asked to, unless it is told otherwise.
  private final class FakeSignatory implements Signatory {
    private final String name;
    private Foreign signer = root;
    private String away = "";
    private Instant now = Ca.NOW;
    private Duration longest = LIFE;
    private int asked;
    private String key = "";

    FakeSignatory(String name) {
      this.name = name;
    }

    @Override
    public List<X509Certificate> sign(Request request) throws IOException {
      asked++;
      key = request.commonName();
      if (!away.isEmpty()) {
        throw new IOException(away);
      }
      var life = request.life().compareTo(longest) < 0 ? request.life() : longest;
      var draft =
          Draft.authority(request.commonName(), 0)
              .between(now.minusSeconds(60), now.plus(life))
              .identity(request.identity());
      return signer.with(signer.certify(draft, request.pem()));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeEach
  void inAFreshDirectory() {
    ca = new Ca(directory.resolve("state"));
  }

  private CaState state() throws IOException {
    Files.createDirectories(ca.state());
    return new CaState(ca.vault(), ca.kek(), Ca.DOMAIN);
  }

  private SignedElsewhere elsewhere() throws IOException {
    return new SignedElsewhere(state(), signatory, LIFE, List.of());
  }

  private Authority authority(@Nullable IntermediateSource source, Instant now) throws IOException {
    return Authority.open(
        new Authority.Setup(
            ca.vault(), ca.kek(), ca.state().resolve("roots"), Ca.DOMAIN, TERMS, source),
        now);
  }

  private static void issuesUnder(Authority authority, Foreign root, Instant now) throws Exception {
    var issued = authority.issue(KEY, Ca.CART, now);
    Ca.validate(issued.chain(), List.of(root.certificate()), now);
  }

  /// Also for openssl.
  private void strictlyIssuesUnder(Authority authority, Foreign root, Instant now)
      throws Exception {
    var issued = authority.issue(KEY, Ca.CART, now);
    assertThat(new OpenSsl(directory).verify(issued.chain(), List.of(root.certificate()), now))
        .isEqualTo(OpenSsl.FINE);
    issuesUnder(authority, root, now);
  }

  // Signed elsewhere, by an authority that is asked.

  @Test
  void what_is_issued_under_an_authority_elsewhere_is_valid_for_openssl_in_strict_mode()
      throws Exception {
    var authority = authority(elsewhere(), Ca.NOW);

    assertThat(authority.trusted()).containsExactly(root.certificate());
    strictlyIssuesUnder(authority, root, Ca.NOW);
    assertThat(signatory.asked).isEqualTo(1);
  }

  @Test
  void authorities_between_it_and_the_root_are_sent_to_peers() throws Exception {
    var middle = root.below(Draft.authority("Middle", 1));
    signatory.signer = middle;
    var source = new SignedElsewhere(state(), signatory, LIFE, List.of(root.certificate()));
    var authority = authority(source, Ca.NOW);

    assertThat(authority.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, Ca.NOW).chain())
        .hasSize(3)
        .contains(middle.certificate());
    strictlyIssuesUnder(authority, root, Ca.NOW);
  }

  @Test
  void a_restart_needs_no_authority() throws Exception {
    var before = authority(elsewhere(), Ca.NOW).issue(KEY, Ca.CART, Ca.NOW);
    signatory.away = "it cannot be reached";

    var after = authority(elsewhere(), Ca.NOW);
    after.look(Ca.NOW);

    assertThat(after.issue(KEY, Ca.CART, Ca.NOW).chain().getLast())
        .isEqualTo(before.chain().getLast());
    assertThat(after.trouble()).isEmpty();
  }

  @Test
  void a_first_start_without_the_authority_fails_and_says_why() throws Exception {
    signatory.away = "it cannot be reached";

    assertThatThrownBy(() -> authority(elsewhere(), Ca.NOW))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the test's authority: it cannot be reached");
  }

  @Test
  void it_is_renewed_in_its_last_third_with_another_key() throws Exception {
    var authority = authority(elsewhere(), Ca.NOW);
    var first = authority.issue(KEY, Ca.CART, Ca.NOW).chain().getLast();
    signatory.now = LATE;

    authority.look(LATE);

    var second = authority.issue(KEY, Ca.CART, LATE).chain().getLast();
    assertThat(second.getPublicKey()).isNotEqualTo(first.getPublicKey());
    assertThat(signatory.asked).isEqualTo(2);
    issuesUnder(authority, root, LATE);
  }

  @Test
  void while_it_is_away_the_current_one_goes_on_and_the_trouble_is_told_until_it_is_back()
      throws Exception {
    var authority = authority(elsewhere(), Ca.NOW);
    signatory.away = "it cannot be reached";
    signatory.now = LATE;

    authority.look(LATE);

    assertThat(authority.trouble()).get().asString().contains("it cannot be reached");
    issuesUnder(authority, root, LATE);
    var end = Ca.NOW.plus(LIFE);
    assertThat(authority.end()).isEqualTo(end);
    assertThatThrownBy(() -> authority.issue(KEY, Ca.CART, end))
        .isInstanceOf(IllegalStateException.class);

    signatory.away = "";
    signatory.now = end;
    authority.look(end.plusSeconds(60));
    assertThat(authority.trouble()).isEmpty();
    issuesUnder(authority, root, end.plusSeconds(60));
  }

  @Test
  void a_failed_attempt_is_repeated_after_a_pause_only_and_for_the_same_key() throws Exception {
    var authority = authority(elsewhere(), Ca.NOW);
    signatory.away = "it cannot be reached";

    for (int i = 0; i < 1000; i++) {
      var _ = authority.issue(KEY, Ca.CART, LATE);
    }
    assertThat(signatory.asked).isEqualTo(2);
    var key = signatory.key;

    authority.look(LATE.plusSeconds(31));
    assertThat(signatory.asked).isEqualTo(3);
    assertThat(signatory.key).isEqualTo(key);
  }

  @Test
  void an_answer_is_awaited_across_a_restart_with_the_same_key() throws Exception {
    signatory.away = "it is not approved";
    assertThatThrownBy(() -> authority(elsewhere(), Ca.NOW)).isInstanceOf(IOException.class);
    var key = signatory.key;
    signatory.away = "";

    var authority = authority(elsewhere(), Ca.NOW);

    assertThat(signatory.key).isEqualTo(key);
    issuesUnder(authority, root, Ca.NOW);
  }

  @Test
  void what_is_not_fit_is_not_used_and_the_current_one_goes_on() throws Exception {
    var authority = authority(elsewhere(), Ca.NOW);
    signatory.now = LATE.plus(Duration.ofDays(9));

    authority.look(LATE);

    assertThat(authority.trouble()).get().asString().contains("notBefore");
    issuesUnder(authority, root, LATE);
  }

  @Test
  void one_that_ends_no_later_is_not_taken() throws Exception {
    var authority = authority(elsewhere(), Ca.NOW);
    signatory.now = LATE;
    signatory.longest = Duration.ofDays(20);

    authority.look(LATE);

    assertThat(authority.trouble()).get().asString().contains("no later");
    assertThat(authority.end()).isEqualTo(Ca.NOW.plus(LIFE));
  }

  @Test
  void a_new_root_there_begins_a_rollover_and_does_not_sign_at_once() throws Exception {
    var authority = authority(elsewhere(), Ca.NOW);
    var other = Foreign.root(Draft.authority("Other root", 3), Ca.ec("secp256r1"));
    signatory.signer = other;
    signatory.now = LATE;

    authority.look(LATE);

    assertThat(authority.trusted()).containsExactly(root.certificate(), other.certificate());
    issuesUnder(authority, root, LATE);
    authority.look(LATE.plusSeconds(60));
    assertThat(signatory.asked).isEqualTo(2);
  }

  @Test
  void a_person_begins_a_rollover_once_the_root_there_is_another() throws Exception {
    var authority = authority(elsewhere(), Ca.NOW);

    assertThatThrownBy(() -> authority.begin(Ca.NOW))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("same root");
    var other = Foreign.root(Draft.authority("Other root", 3), Ca.ec("secp256r1"));
    signatory.signer = other;
    authority.begin(Ca.NOW);

    assertThat(authority.trusted()).containsExactly(root.certificate(), other.certificate());
  }

  @Test
  void a_root_that_was_rolled_back_from_is_not_asked_for_again_and_again() throws Exception {
    var authority = authority(elsewhere(), Ca.NOW);
    var other = Foreign.root(Draft.authority("Other root", 3), Ca.ec("secp256r1"));
    signatory.signer = other;
    signatory.now = LATE;
    authority.look(LATE);
    authority.back(LATE);
    int before = signatory.asked;

    for (int i = 0; i < 100; i++) {
      authority.look(LATE.plusSeconds(i * 30L));
    }

    assertThat(signatory.asked - before).isLessThanOrEqualTo(1);
    issuesUnder(authority, root, LATE);
  }

  @Test
  void another_authority_in_the_configuration_is_asked_at_once() throws Exception {
    var _ = authority(elsewhere(), Ca.NOW);
    var second = new FakeSignatory("another authority");
    var authority = authority(new SignedElsewhere(state(), second, LIFE, List.of()), Ca.NOW);

    authority.look(Ca.NOW);

    assertThat(second.asked).isEqualTo(1);
    assertThat(authority.trusted()).containsExactly(root.certificate());
  }

  @Test
  void keys_of_requests_and_of_intermediates_are_not_in_any_file_in_plain() throws Exception {
    var _ = authority(elsewhere(), Ca.NOW);

    try (var files = Files.walk(ca.state())) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .doesNotContain("PRIVATE KEY");
      }
    }
    for (var entry : List.of("request-" + only("request-"), "intermediate-1.sealed")) {
      assertThat(Files.readString(ca.directory().resolve(entry))).contains("sealed-key ");
    }
  }

  private String only(String prefix) throws IOException {
    try (var files = Files.list(ca.directory())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(prefix))
          .map(name -> name.substring(prefix.length()))
          .reduce((one, other) -> "more than one: " + one + other)
          .orElseThrow();
    }
  }

  // Signed offline, and brought.

  private SignedOffline offline() throws IOException {
    return new SignedOffline(state(), List.of());
  }

  private X509Certificate signed(String csr, String name, Instant now) {
    return root.certify(
        Draft.authority(name, 0).between(now.minusSeconds(60), now.plus(LIFE)), csr);
  }

  @Test
  void a_request_is_the_same_until_its_certificate_is_brought() throws Exception {
    var csr = offline().request(Ca.NOW);
    var certificate = signed(csr, "Brought", Ca.NOW);

    assertThat(signed(offline().request(Ca.NOW), "Again", Ca.NOW).getPublicKey())
        .isEqualTo(certificate.getPublicKey());
    var brought = offline().bring(root.with(certificate), Ca.NOW);
    assertThat(brought.chain()).containsExactly(certificate);
    assertThat(signed(offline().request(Ca.NOW), "Next", Ca.NOW).getPublicKey())
        .isNotEqualTo(certificate.getPublicKey());
  }

  @Test
  void our_request_asks_for_what_an_intermediate_must_be() throws Exception {
    Files.writeString(directory.resolve("a.csr"), offline().request(Ca.NOW));
    var process =
        new ProcessBuilder("openssl", "req", "-in", "a.csr", "-noout", "-text", "-verify")
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isZero();
    assertThat(said)
        .containsIgnoringCase("verify OK")
        .contains("CA:TRUE, pathlen:0", "Certificate Sign", "URI:spiffe://demo.test", "prime256v1");
  }

  @Test
  void the_control_plane_takes_what_was_brought_while_it_runs() throws Exception {
    var offline = offline();
    assertThatThrownBy(() -> authority(offline, Ca.NOW))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("tombolo ca request");
    var _ = offline().bring(root.with(signed(offline().request(Ca.NOW), "One", Ca.NOW)), Ca.NOW);
    var authority = authority(offline, Ca.NOW);
    issuesUnder(authority, root, Ca.NOW);

    authority.look(LATE);
    assertThat(authority.trouble()).get().asString().contains("tombolo ca request");
    var two = signed(offline().request(LATE), "Two", LATE);
    var _ = offline().bring(root.with(two), LATE);
    authority.look(LATE);

    assertThat(authority.trouble()).isEmpty();
    assertThat(authority.issue(KEY, Ca.CART, LATE).chain().getLast()).isEqualTo(two);
  }

  @Test
  void a_certificate_that_was_not_requested_here_or_is_not_fit_is_not_taken() throws Exception {
    var csr = offline().request(Ca.NOW);
    var strange = root.certify(Draft.authority("Strange", 0), Ca.ec("secp256r1").getPublic());
    var narrow = root.below(Draft.authority("Narrow", 0)).certify(Draft.authority("Own", 0), csr);

    assertThatThrownBy(() -> offline().bring(root.with(strange), Ca.NOW))
        .hasMessageContaining("tombolo ca request");
    assertThatThrownBy(() -> offline().bring(root.with(narrow), Ca.NOW))
        .hasMessageContaining("missing");
    assertThatThrownBy(() -> authority(offline(), Ca.NOW)).isInstanceOf(IOException.class);
  }

  // Brought with the key of the root.

  @Test
  void a_root_that_is_brought_with_its_key_is_the_authoritys_own() throws Exception {
    for (var keys : List.of(Ca.ec("secp384r1"), Ca.rsa(2048))) {
      ca = new Ca(directory.resolve(keys.getPrivate().getAlgorithm()));
      var given = given(keys);

      BroughtRoot.bring(state(), given.certificate(), Foreign.pem(keys.getPrivate()), Ca.NOW);
      var authority = authority(null, Ca.NOW);

      assertThat(authority.trusted()).containsExactly(given.certificate());
      strictlyIssuesUnder(authority, given, Ca.NOW);
      issuesUnder(authority(null, Ca.NOW), given, Ca.NOW);
    }
  }

  private static Foreign given(KeyPair keys) {
    return Foreign.root(
        Draft.authority("Given", 1)
            .between(Ca.NOW.minusSeconds(60), Ca.NOW.plus(Duration.ofDays(3652))),
        keys);
  }

  @Test
  void a_root_that_is_brought_later_is_the_next_that_a_rollover_leads_to() throws Exception {
    var before = authority(null, Ca.NOW).trusted();
    var given = given(Ca.ec("secp256r1"));
    var pem = Foreign.pem(given.keys().getPrivate());

    BroughtRoot.bring(state(), given.certificate(), pem, Ca.NOW);
    BroughtRoot.bring(state(), given.certificate(), pem, Ca.NOW);
    var authority = authority(null, Ca.NOW);
    assertThat(authority.trusted()).isEqualTo(before);
    authority.begin(Ca.NOW);

    assertThat(authority.trusted()).hasSize(2).contains(given.certificate());
  }

  @Test
  void a_root_that_cannot_sign_intermediates_is_not_taken() throws Exception {
    var keys = Ca.ec("secp256r1");
    var pem = Foreign.pem(keys.getPrivate());
    var narrow = Foreign.root(Draft.authority("Narrow", 0), keys).certificate();
    var below = root.certify(Draft.authority("Below", 2), keys.getPublic());
    var elsewhere =
        Foreign.root(Draft.authority("Other", 1).onlyFor("other.test"), keys).certificate();

    assertThatThrownBy(() -> BroughtRoot.bring(state(), narrow, pem, Ca.NOW))
        .hasMessageContaining("pathlen");
    assertThatThrownBy(() -> BroughtRoot.bring(state(), below, pem, Ca.NOW))
        .hasMessageContaining("files");
    assertThatThrownBy(() -> BroughtRoot.bring(state(), elsewhere, pem, Ca.NOW))
        .hasMessageContaining("spiffe://demo.test");
    assertThatThrownBy(() -> BroughtRoot.bring(state(), root.certificate(), pem, Ca.NOW))
        .hasMessageContaining("does not have this key");
    assertThat(ca.vault().load("root")).isEmpty();
  }

  // Files that others write.

  private Path files() throws IOException {
    return Files.createDirectories(directory.resolve("mounted"));
  }

  private FromFiles fromFiles() throws IOException {
    return new FromFiles(files(), Ca.DOMAIN, List.of());
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(files().resolve(name), text);
  }

  private Foreign write(String name, Instant now) throws IOException {
    var below = root.below(Draft.authority(name, 0).between(now.minusSeconds(60), now.plus(LIFE)));
    write("tls.crt", Pem.of(List.of(below.certificate())));
    write("tls.key", Foreign.pem(below.keys().getPrivate()));
    write("ca.crt", Pem.of(List.of(root.certificate())));
    return below;
  }

  @Test
  void the_files_of_a_secret_are_read_and_followed_by_content() throws Exception {
    var _ = write("One", Ca.NOW);
    var authority = authority(fromFiles(), Ca.NOW);
    issuesUnder(authority, root, Ca.NOW);

    var two = write("Two", Ca.NOW);
    authority.look(Ca.NOW);

    assertThat(authority.issue(KEY, Ca.CART, Ca.NOW).chain().getLast())
        .isEqualTo(two.certificate());
    assertThat(authority.trouble()).isEmpty();
  }

  @Test
  void the_files_of_istios_cacerts_are_read() throws Exception {
    var middle = root.below(Draft.authority("Middle", 1));
    var below = middle.below(Draft.authority("Istio CA", 0));
    write("ca-cert.pem", Pem.of(List.of(below.certificate())));
    write("ca-key.pem", Foreign.pem(below.keys().getPrivate()));
    write("cert-chain.pem", Pem.of(List.of(below.certificate(), middle.certificate())));
    write("root-cert.pem", Pem.of(List.of(root.certificate())));

    var authority = authority(fromFiles(), Ca.NOW);

    assertThat(authority.trusted()).containsExactly(root.certificate());
    strictlyIssuesUnder(authority, root, Ca.NOW);
  }

  @Test
  void a_half_written_or_mismatched_set_is_refused_and_the_current_one_kept() throws Exception {
    var one = write("One", Ca.NOW);
    var key = Foreign.pem(one.keys().getPrivate());
    var authority = authority(fromFiles(), Ca.NOW);
    for (var bad :
        List.of("", key.substring(0, 60), Foreign.pem(Ca.ec("secp256r1").getPrivate()))) {
      write("tls.key", bad);
      authority.look(Ca.NOW);
      assertThat(authority.trouble())
          .get()
          .asString()
          .contains(files().toString())
          .containsPattern("tls.key|none of the");
      issuesUnder(authority, root, Ca.NOW);
    }
    write("tls.key", key);
    write("tls.crt", Pem.of(List.of(one.certificate())).substring(0, 200));
    authority.look(Ca.NOW);
    assertThat(authority.trouble()).get().asString().contains("tls.crt");
    Files.delete(files().resolve("tls.key"));
    authority.look(Ca.NOW);
    assertThat(authority.trouble()).isPresent();

    var two = write("Two", Ca.NOW);
    authority.look(Ca.NOW);
    assertThat(authority.trouble()).isEmpty();
    assertThat(authority.issue(KEY, Ca.CART, Ca.NOW).chain().getLast())
        .isEqualTo(two.certificate());
  }

  @Test
  void a_restart_needs_no_files_and_their_absence_is_told() throws Exception {
    var one = write("One", Ca.NOW);
    var _ = authority(fromFiles(), Ca.NOW);
    for (var name : List.of("tls.crt", "tls.key", "ca.crt")) {
      Files.delete(files().resolve(name));
    }

    var authority = authority(fromFiles(), Ca.NOW);
    authority.look(Ca.NOW);

    assertThat(authority.issue(KEY, Ca.CART, Ca.NOW).chain().getLast())
        .isEqualTo(one.certificate());
    assertThat(authority.trouble()).get().asString().contains("there is no tls.crt");
  }

  @Test
  void files_that_nobody_renews_are_told_before_they_end() throws Exception {
    var _ = write("One", Ca.NOW);
    var authority = authority(fromFiles(), Ca.NOW);

    authority.look(LATE);
    assertThat(authority.trouble()).isEmpty();
    authority.look(Ca.NOW.plus(Duration.ofDays(80)));
    assertThat(authority.trouble()).get().asString().contains("put a newer one there");
  }
}
