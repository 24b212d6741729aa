package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tombolo.mesh.identity.SpiffeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/// Text from outside is read as what it is or refused with one kind of exception, whatever it is.
@Tag("identity")
class TextFuzzTest {
  private static final Pattern SPIFFE_ID =
      Pattern.compile(
          "spiffe://[a-z0-9._-]{1,255}(/(?!\\.{1,2}(/|\\z))[A-Za-z0-9._-]+)*", Pattern.DOTALL);

  @TempDir Path state;

  private static String text(byte[] input) {
    return new String(input, StandardCharsets.UTF_8);
  }

  /// SPIFFE-ID, section 2, as a regular expression, is the other opinion.
  @FuzzTest(maxDuration = "10m")
  void a_spiffe_id_is_read_if_and_only_if_the_specification_allows_it(byte[] input) {
    var text = text(input);
    boolean allowed = text.length() <= 2048 && SPIFFE_ID.matcher(text).matches();
    try {
      assertThat(SpiffeId.parse(text)).hasToString(text);
      assertThat(allowed).as("not allowed, but read").isTrue();
    } catch (IllegalArgumentException refused) {
      assertThat(refused.getMessage()).matches("[ -~]{10,200}");
      assertThat(allowed).as("allowed, but refused: " + refused.getMessage()).isFalse();
    }
  }

  /// None can be guessed: a token is 256 random bits.
  @FuzzTest(maxDuration = "10m")
  void no_text_is_a_join_token(byte[] input) throws IOException {
    var directory = state.resolve("tokens");
    var result = new JoinTokens(directory).redeem(text(input), Ca.NOW);

    assertThat(result).isInstanceOf(JoinTokens.Result.Refused.class);
    assertThat(((JoinTokens.Result.Refused) result).detail()).matches("[ -~]{20,200}");
    try (var files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }

  @FuzzTest(maxDuration = "10m")
  void a_record_of_a_join_token_is_read_or_refused(byte[] input) throws IOException {
    var directory = state.resolve("records");
    var tokens = new JoinTokens(directory);
    var token = "tombolo-join-1." + "A".repeat(43);
    var file = directory.resolve(JoinToken.hash(token) + ".open");
    Files.deleteIfExists(file.resolveSibling(JoinToken.hash(token) + ".used"));
    PrivateFiles.replace(file, input);

    switch (tokens.redeem(token, Ca.NOW)) {
      case JoinTokens.Result.Accepted(var grant, _) ->
          assertThat(text(input))
              .contains(
                  "identity " + grant.identity(), "node " + grant.node(), "host " + grant.host());
      case JoinTokens.Result.Refused(_, var detail) -> assertThat(detail).matches("[ -~]{20,200}");
    }
  }

  @FuzzTest(maxDuration = "10m")
  void a_line_of_the_audit_log_is_read_back_as_it_was_written_or_refused(byte[] input) {
    var text = new String(input, StandardCharsets.ISO_8859_1);
    try {
      var line = AuditLine.parse(text, 0, AuditLine.NOTHING);
      assertThat(line.text()).isEqualTo(text);
    } catch (IllegalArgumentException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  @FuzzTest(maxDuration = "10m")
  void certificates_in_pem_are_read_or_refused(byte[] input) {
    try {
      var read = Pem.parse(new String(input, StandardCharsets.ISO_8859_1));
      assertThat(Pem.parse(Pem.of(read))).isEqualTo(read);
    } catch (IllegalArgumentException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }
}
