package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.identity.AuditEvent.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("identity")
class AuditLogTest {
  @TempDir Path state;
  private Path file = Path.of("none");
  private final List<AuditLine> followed = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void in_a_fresh_directory() {
    file = state.resolve("audit.log");
  }

  private AuditLog open() {
    return AuditLog.open(file, followed::add, Ca.NOW);
  }

  private static AuditEvent issued(int number) {
    var subject = AuditEvent.Subject.of(Ca.CART, "node/" + number, "with join token x, from y");
    var svid =
        new AuditEvent.Svid(
            "abc" + number, Ca.NOW.plusSeconds(600), "def", number % 2 == 0 ? "" : "abb");
    return new AuditEvent(Ca.NOW.plusMillis(number), Kind.JOINED, subject, svid, "");
  }

  private static AuditEvent refused(String node, String why) {
    var subject = new AuditEvent.Subject("", node, why);
    return new AuditEvent(Ca.NOW, Kind.REFUSED, subject, null, why);
  }

  /// A log of this many lines, the first of which says that it began.
  private byte[] written(int lines) throws IOException {
    try (var log = open()) {
      for (int i = 2; i <= lines; i++) {
        var _ = log.append(issued(i));
      }
    }
    return Files.readAllBytes(file);
  }

  private static AuditChain.Result check(byte[] content) throws IOException {
    return AuditChain.read(new ByteArrayInputStream(content), _ -> {});
  }

  @Test
  void each_line_follows_from_the_one_before_and_is_what_was_written() throws Exception {
    try (var log = open()) {
      for (int i = 2; i <= 20; i++) {
        var _ = log.appendDurably(issued(i));
      }

      assertThat(log.trouble()).isEmpty();
      assertThat(log.verify()).isInstanceOf(AuditChain.Result.Whole.class);
      assertThat(log.lines(-1, 5))
          .extracting(AuditLine::number)
          .containsExactly(16L, 17L, 18L, 19L, 20L);
      assertThat(log.lines(3, 2))
          .extracting(AuditLine::event)
          .containsExactly(issued(4), issued(5));
      assertThat(log.lines(20, 5)).isEmpty();
      assertThat(log.last()).contains(followed.getLast());
    }
    assertThat(followed).hasSize(20);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void after_a_restart_the_chain_goes_on_and_is_told_from_its_start() throws Exception {
    written(5);
    var before = List.copyOf(followed);
    followed.clear();

    try (var log = open()) {
      var _ = log.appendDurably(issued(6));

      assertThat(log.verify())
          .isEqualTo(new AuditChain.Result.Whole(6, followed.getLast().hash(), Files.size(file)));
    }
    assertThat(followed.subList(0, 5)).isEqualTo(before);
    assertThat(followed.getLast().previous()).isEqualTo(before.getLast().hash());
  }

  @Test
  void any_flipped_byte_is_found_and_its_line_is_named() throws Exception {
    byte[] whole = written(12);
    long seed = new Random().nextLong();
    var random = new Random(seed);
    for (int round = 0; round < 3000; round++) {
      byte[] changed = whole.clone();
      int at = random.nextInt(changed.length);
      changed[at] ^= (byte) (1 + random.nextInt(255));
      long line =
          1
              + new String(whole, 0, at, StandardCharsets.US_ASCII)
                  .chars()
                  .filter(c -> c == '\n')
                  .count();

      var result = check(changed);

      if (at == whole.length - 1) {
        assertThat(result).isInstanceOf(AuditChain.Result.Torn.class);
      } else {
        assertThat(result)
            .as("seed %d, round %d, byte %d", seed, round, at)
            .isInstanceOfSatisfying(
                AuditChain.Result.Broken.class,
                broken -> assertThat(broken.line()).isEqualTo(line));
      }
    }
  }

  @Test
  void any_removed_doubled_or_moved_line_is_found_and_named() throws Exception {
    var lines = new String(written(30), StandardCharsets.US_ASCII).lines().toList();
    long seed = new Random().nextLong();
    var random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      var changed = new ArrayList<>(lines);
      int at = random.nextInt(lines.size() - 1);
      switch (round % 3) {
        case 0 -> changed.remove(at);
        case 1 -> changed.add(at, lines.get(at));
        default -> Collections.swap(changed, at, at + 1);
      }
      long first = round % 3 == 1 ? at + 2 : at + 1;

      assertThat(check((String.join("\n", changed) + "\n").getBytes(StandardCharsets.US_ASCII)))
          .as("seed %d, round %d, line %d", seed, round, at)
          .isInstanceOfSatisfying(
              AuditChain.Result.Broken.class, broken -> assertThat(broken.line()).isEqualTo(first));
    }
  }

  @Test
  void a_broken_chain_takes_nothing_until_the_file_is_moved_away() throws Exception {
    byte[] content = written(5);
    content[content.length / 2] ^= 1;
    Files.write(file, content);

    try (var log = open()) {
      assertThat(log.trouble())
          .hasValueSatisfying(why ->
              assertThat(why)
                  .contains("line ", file.toString(), "mv ", "no certificate is issued"));
      assertThatThrownBy(() -> log.appendDurably(issued(6))).isInstanceOf(StateUnusable.class);
      assertThat(log.verify()).isInstanceOf(AuditChain.Result.Broken.class);
      assertThat(Files.readAllBytes(file)).isEqualTo(content);

      Files.move(file, state.resolve("audit.log.broken"));
      assertThat(log.verify()).isInstanceOf(AuditChain.Result.Broken.class);

      assertThat(log.appendDurably(issued(6)).number()).isEqualTo(2);
      assertThat(log.trouble()).isEmpty();
    }
  }

  @Test
  void a_torn_last_line_is_set_aside_and_the_chain_goes_on_from_the_last_whole_one()
      throws Exception {
    byte[] content = written(6);
    for (int cut = 1; cut < 200; cut += 13) {
      Files.write(file, Arrays.copyOf(content, content.length - cut));
      try (var log = open()) {
        assertThat(log.trouble()).isEmpty();
        assertThat(log.last())
            .hasValueSatisfying(line -> {
              assertThat(line.event().kind()).isEqualTo(Kind.TORN);
              assertThat(line.event().reason())
                  .contains("after line 5", "set aside in audit.log.torn-");
              assertThat(line.number()).isEqualTo(6);
            });
        assertThat(log.verify()).isInstanceOf(AuditChain.Result.Whole.class);
        assertThat(log.appendDurably(issued(7)).number()).isEqualTo(7);
      }
      try (var files = Files.list(state)) {
        var aside = files.filter(f -> f.toString().contains("torn-")).toList();
        assertThat(aside)
            .singleElement()
            .satisfies(f -> assertThat(Files.readString(f)).startsWith("{\"n\":6,"));
        Files.delete(aside.getFirst());
      }
    }
  }

  @Test
  void moved_away_while_it_is_written_it_is_begun_anew_and_says_what_it_follows() throws Exception {
    try (var log = open()) {
      var old = log.appendDurably(issued(2));
      Files.move(file, state.resolve("audit.log.2026"));

      var next = log.appendDurably(issued(3));

      assertThat(next.number()).isEqualTo(2);
      assertThat(log.lines(0, 1).getFirst().event().reason()).contains("line 2", old.hash());

      Files.move(file, state.resolve("audit.log.2027"));
      assertThat(log.verify())
          .isInstanceOfSatisfying(
              AuditChain.Result.Broken.class,
              broken -> assertThat(broken.why()).contains("moved away"));
      assertThat(log.look(Ca.NOW)).isEmpty();
      assertThat(log.verify()).isInstanceOf(AuditChain.Result.Whole.class);
    }
    assertThat(check(Files.readAllBytes(state.resolve("audit.log.2026"))))
        .isInstanceOf(AuditChain.Result.Whole.class);
  }

  @Test
  void a_file_that_somebody_else_cut_or_wrote_anew_is_found() throws Exception {
    byte[] other = written(9);
    Files.delete(file);
    byte[] short5 = written(5);
    Files.delete(file);
    try (var log = open()) {
      for (int i = 2; i <= 9; i++) {
        var _ = log.append(issued(i + 100));
      }
      Files.write(file, short5);
      assertThat(log.verify()).isInstanceOf(AuditChain.Result.Broken.class);
      Files.write(file, other);
      assertThat(log.verify()).isInstanceOf(AuditChain.Result.Broken.class);
    }
  }

  @Test
  void two_logs_on_one_file_are_refused_and_the_second_takes_over_later() throws Exception {
    var first = open();
    try (var second = open()) {
      assertThat(second.trouble())
          .hasValueSatisfying(why -> assertThat(why).contains("in use by another control plane"));
      assertThatThrownBy(() -> second.append(issued(2))).isInstanceOf(IOException.class);

      first.close();

      assertThat(second.appendDurably(issued(2)).number()).isEqualTo(2);
    }
  }

  @Test
  void a_file_that_others_may_write_is_not_used() throws Exception {
    written(3);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
    try (var log = open()) {
      assertThat(log.trouble()).hasValueSatisfying(why -> assertThat(why).contains("chmod 600"));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      assertThat(log.append(issued(4)).number()).isEqualTo(4);
    }
  }

  @Test
  void of_many_threads_at_once_one_chain_comes() throws Exception {
    try (var log = open();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = new ArrayList<Callable<AuditLine>>();
      for (int i = 0; i < 500; i++) {
        var event = issued(i);
        tasks.add(i % 3 == 0 ? () -> log.append(event) : () -> log.appendDurably(event));
      }
      for (var done : threads.invokeAll(tasks)) {
        assertThat(done.get().event().kind()).isEqualTo(Kind.JOINED);
      }
      assertThat(log.verify())
          .isInstanceOfSatisfying(
              AuditChain.Result.Whole.class, whole -> assertThat(whole.lines()).isEqualTo(501));
    }
  }

  @Test
  void text_from_outside_forges_no_line_and_comes_back_as_it_was() throws Exception {
    var hostile =
        List.of(
            "a\n{\"n\":3}",
            "\",\"hash\":\"",
            "\\",
            "\r\n",
            "\0\u0007\u001b[2J",
            "é\u2028\u202e\ud83d",
            "\\u0022",
            "\"");
    try (var log = open()) {
      for (var text : hostile) {
        var _ = log.append(refused(text, text));
      }
      assertThat(log.lines(1, 100))
          .extracting(line -> line.event().reason())
          .containsExactlyElementsOf(hostile);
      assertThat(log.lines(1, 100))
          .extracting(line -> line.event().subject().node())
          .containsExactlyElementsOf(hostile);
    }
    var text = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertThat(text).matches("[ -~\n]*");
    assertThat(text.lines()).hasSize(hostile.size() + 1);
  }

  @Test
  void random_text_forges_no_line() throws Exception {
    long seed = new Random().nextLong();
    var random = new Random(seed);
    var texts = new ArrayList<String>();
    for (int i = 0; i < 300; i++) {
      var text = new StringBuilder();
      for (int length = random.nextInt(40); length > 0; length--) {
        text.append((char) (random.nextBoolean() ? random.nextInt(128) : random.nextInt(65536)));
      }
      texts.add(text.toString());
    }
    try (var log = open()) {
      for (var text : texts) {
        var _ = log.append(refused("", text));
      }
      assertThat(log.lines(1, 1000))
          .as("seed %d", seed)
          .extracting(line -> line.event().reason())
          .containsExactlyElementsOf(texts);
    }
  }

  @Test
  void a_token_in_a_text_is_not_written() throws Exception {
    var token = "tombolo-join-1." + "Ab_-".repeat(11);
    var jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln";
    try (var log = open()) {
      var _ = log.append(refused("", "the token " + token + " and " + jwt + " are no good"));
    }
    assertThat(Files.readString(file))
        .contains("the token [not shown] and [not shown] are no good")
        .doesNotContain("Ab_-", "eyJ");
  }

  @Test
  void so_many_are_let_through_at_once_and_a_second() {
    var allowance = new Allowance(3, 2);
    Instant now = Ca.NOW;
    for (int i = 0; i < 3; i++) {
      assertThat(allowance.take(now)).contains(0L);
    }
    for (int i = 0; i < 5; i++) {
      assertThat(allowance.take(now)).isEmpty();
    }
    assertThat(allowance.take(now.plusSeconds(1))).contains(5L);
    assertThat(allowance.take(now.plusSeconds(1))).contains(0L);
    assertThat(allowance.take(now.plusSeconds(1))).isEmpty();
  }
}
