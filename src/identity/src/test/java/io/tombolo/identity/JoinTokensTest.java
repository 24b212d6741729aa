package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.identity.JoinTokens.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JoinTokensTest {
  private static final Grant GRANT = new Grant(Ca.CART, "consul/dc1/default/web-1", "vm-1");

  @TempDir Path state;
  private Path directory = Path.of("none");

  @BeforeEach
  void inAFreshDirectory() {
    directory = state.resolve("tokens");
  }

  private JoinTokens tokens() throws IOException {
    return new JoinTokens(directory);
  }

  private static void refused(Reason reason, JoinTokens.Result result) {
    assertThat(result).isInstanceOf(JoinTokens.Result.Refused.class);
    var refusal = (JoinTokens.Result.Refused) result;
    assertThat(refusal.reason()).isEqualTo(reason);
    assertThat(refusal.detail()).matches("[ -~]{20,200}").contains("make");
  }

  @Test
  void a_token_gives_what_it_was_made_for() throws Exception {
    var token = tokens().issue(GRANT, JoinTokens.LONGEST, Ca.NOW);

    assertThat(token.text()).matches("tombolo-join-1\\.[A-Za-z0-9_-]{43}");
    assertThat(token.expires()).isEqualTo(Ca.NOW.plusSeconds(600));
    assertThat(tokens().redeem(token.text(), Ca.NOW.plusSeconds(599)))
        .isEqualTo(new JoinTokens.Result.Accepted(GRANT, token.id()));
  }

  @Tag("spine")
  @Test
  void a_token_is_good_for_one_use_also_after_a_restart() throws Exception {
    var token = tokens().issue(GRANT, JoinTokens.LONGEST, Ca.NOW);
    var _ = tokens().redeem(token.text(), Ca.NOW);

    refused(Reason.USED, tokens().redeem(token.text(), Ca.NOW));
    refused(Reason.USED, tokens().redeem(token.text(), Ca.NOW.plusSeconds(601)));
  }

  @Tag("spine")
  @Test
  void an_expired_token_is_refused() throws Exception {
    var tokens = tokens();
    var token = tokens.issue(GRANT, Duration.ofSeconds(2), Ca.NOW);

    refused(Reason.EXPIRED, tokens.redeem(token.text(), Ca.NOW.plusSeconds(2)));
    refused(Reason.EXPIRED, tokens.redeem(token.text(), Ca.NOW.plusSeconds(600)));
  }

  @Tag("spine")
  @Test
  void a_forged_token_is_unknown_and_uses_up_nothing() throws Exception {
    var tokens = tokens();
    var token = tokens.issue(GRANT, JoinTokens.LONGEST, Ca.NOW);
    for (int at = token.text().length() - 43; at < token.text().length() - 1; at++) {
      char other = token.text().charAt(at) == 'A' ? 'B' : 'A';
      var forged = token.text().substring(0, at) + other + token.text().substring(at + 1);
      refused(Reason.UNKNOWN, tokens.redeem(forged, Ca.NOW));
    }

    assertThat(tokens.redeem(token.text(), Ca.NOW)).isInstanceOf(JoinTokens.Result.Accepted.class);
  }

  @Tag("spine")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "tombolo-join-1.",
        "hello",
        "../../../etc/passwd",
        "\0",
        "é",
        "tombolo-join-1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "tombolo-join-1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
        "tombolo-join-1.../../AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "tombolo-join-2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "TOMBOLO-JOIN-1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void text_that_is_not_a_token_is_refused(String text) throws Exception {
    refused(Reason.NOT_A_TOKEN, tokens().redeem(text, Ca.NOW));
    refused(Reason.NOT_A_TOKEN, tokens().redeem(text.repeat(100_000), Ca.NOW));
  }

  @Test
  void a_life_of_more_than_ten_minutes_or_none_is_not_given() throws Exception {
    var tokens = tokens();
    for (var ttl : List.of(Duration.ofSeconds(601), Duration.ZERO, Duration.ofSeconds(-1))) {
      assertThatThrownBy(() -> tokens.issue(GRANT, ttl, Ca.NOW))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("ttlSeconds");
    }
  }

  @Test
  void a_grant_that_could_break_out_of_its_record_cannot_be_made() {
    for (var hostile :
        List.of("", "a b", "a\nidentity spiffe://demo.test/x", "a\0", "é", "x".repeat(600))) {
      assertThatThrownBy(() -> new Grant(Ca.CART, hostile, "vm-1"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new Grant(Ca.CART, "node", hostile))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void the_token_itself_is_kept_nowhere_and_does_not_print() throws Exception {
    var token = tokens().issue(GRANT, JoinTokens.LONGEST, Ca.NOW);
    var secret = token.text().substring(token.text().indexOf('.') + 1);

    assertThat(token.toString()).doesNotContain(secret).contains(token.id());
    assertThat(permissions(directory)).isEqualTo("rwx------");
    try (var files = Files.list(directory)) {
      assertThat(files.toList())
          .singleElement()
          .satisfies(file -> {
            assertThat(file.toString()).doesNotContain(secret);
            assertThat(Files.readString(file)).doesNotContain(secret);
            assertThat(permissions(file)).isEqualTo("rw-------");
          });
    }
  }

  @Test
  void what_is_of_no_use_any_more_is_forgotten_after_an_hour() throws Exception {
    var tokens = tokens();
    var used = tokens.issue(GRANT, JoinTokens.LONGEST, Ca.NOW);
    var unused = tokens.issue(GRANT, JoinTokens.LONGEST, Ca.NOW);
    var _ = tokens.redeem(used.text(), Ca.NOW);
    var later = Ca.NOW.plus(Duration.ofMinutes(71));

    var _ = tokens.issue(GRANT, JoinTokens.LONGEST, later);

    refused(Reason.UNKNOWN, tokens.redeem(used.text(), later));
    refused(Reason.UNKNOWN, tokens.redeem(unused.text(), later));
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void a_record_that_is_not_one_is_refused_and_hinders_no_other() throws Exception {
    var tokens = tokens();
    var hostile =
        List.of(
            "",
            "\0",
            "x".repeat(10_000),
            "tombolo-join-token 2",
            record("http://x", "a", "2027-01-01T00:00:00Z"),
            record(Ca.CART.toString(), "a b", "2027-01-01T00:00:00Z"),
            record(Ca.CART.toString(), "é", "2027-01-01T00:00:00Z"),
            record(Ca.CART.toString(), "a", "never"));
    for (var content : hostile) {
      var token = tokens.issue(GRANT, JoinTokens.LONGEST, Ca.NOW);
      Files.writeString(directory.resolve(JoinToken.hash(token.text()) + ".open"), content);

      refused(Reason.UNREADABLE, tokens.redeem(token.text(), Ca.NOW));
    }
    var good = tokens.issue(GRANT, JoinTokens.LONGEST, Ca.NOW);
    assertThat(tokens.redeem(good.text(), Ca.NOW)).isInstanceOf(JoinTokens.Result.Accepted.class);
  }

  @Test
  void a_record_that_others_may_write_is_not_trusted() throws Exception {
    var token = tokens().issue(GRANT, JoinTokens.LONGEST, Ca.NOW);
    var file = directory.resolve(JoinToken.hash(token.text()) + ".open");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));

    refused(Reason.UNREADABLE, tokens().redeem(token.text(), Ca.NOW));
  }

  @Tag("spine")
  @Test
  void of_64_threads_that_present_one_token_at_once_exactly_one_is_let_in() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 100; round++) {
        var token = tokens().issue(GRANT, JoinTokens.LONGEST, Ca.NOW);
        var start = new CyclicBarrier(64);
        var replicas = List.of(tokens(), tokens());
        var tasks = new ArrayList<Callable<JoinTokens.Result>>();
        for (int i = 0; i < 64; i++) {
          var replica = replicas.get(i % 2);
          tasks.add(() -> {
            start.await();
            return replica.redeem(token.text(), Ca.NOW);
          });
        }
        int winners = 0;
        for (var result : threads.invokeAll(tasks)) {
          if (result.get() instanceof JoinTokens.Result.Accepted) {
            winners++;
          } else {
            refused(Reason.USED, result.get());
          }
        }
        assertThat(winners).isEqualTo(1);
      }
    }
  }

  @Test
  void of_two_processes_on_one_directory_exactly_one_uses_each_token() throws Exception {
    var tokens = tokens();
    var texts = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      texts.append(tokens.issue(GRANT, JoinTokens.LONGEST, Ca.NOW).text()).append('\n');
    }
    var processes = List.of(redeemAll(), redeemAll());
    for (var process : processes) {
      assertThat(process.inputReader(StandardCharsets.US_ASCII).readLine()).isEqualTo("ready");
    }
    for (var process : processes) {
      try (var input = process.outputWriter(StandardCharsets.US_ASCII)) {
        input.append(texts);
      }
    }
    var used = new ArrayList<String>();
    for (var process : processes) {
      used.addAll(process.inputReader(StandardCharsets.US_ASCII).lines().toList());
      assertThat(process.waitFor()).isZero();
    }

    assertThat(used).containsExactlyInAnyOrderElementsOf(texts.toString().lines().toList());
  }

  private static String record(String identity, String node, String expires) {
    return """
    tombolo-join-token 1
    identity %s
    node %s
    host vm-1
    expires %s
    """
        .formatted(identity, node, expires);
  }

  private Process redeemAll() throws IOException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(java, "-cp", classes, RedeemAll.class.getName(), directory.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
