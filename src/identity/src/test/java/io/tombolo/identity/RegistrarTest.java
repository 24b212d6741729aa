package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.identity.AuditEvent.Kind;
import io.tombolo.mesh.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("identity")
class RegistrarTest {
  private static final KeyPair KEYS = Ca.ec("secp256r1");
  private static final SpiffeId WEB = SpiffeId.serviceAccount(Ca.DOMAIN, "shop", "web");
  private static final Duration GRACE = Duration.ofHours(24);
  private static final String NODE = "consul/dc1/default/cart-1";

  private final Path state;
  private final Authority authority;
  private Registrar registrar;

  RegistrarTest(@TempDir Path state) throws IOException {
    this.state = state;
    this.authority = new Ca(state).open();
    this.registrar = Registrar.open(state, authority, GRACE, Ca.NOW);
  }

  @BeforeEach
  void all_is_well() {
    assertThat(registrar.closed(Ca.NOW)).isEmpty();
  }

  @AfterEach
  void close() throws IOException {
    registrar.close();
  }

  private void restart(Instant now) throws IOException {
    registrar.close();
    registrar = Registrar.open(state, authority, GRACE, now);
  }

  private static Proof proof(Proof.By by, SpiffeId identity, String node) {
    return new Proof(by, identity, node, "", "somehow");
  }

  private Registrar.Result issue(Proof proof, Instant now) {
    return registrar.issue(KEYS.getPublic(), new byte[0], proof, now);
  }

  private Issued granted(Proof proof, Instant now) {
    var result = issue(proof, now);
    assertThat(result).isInstanceOf(Registrar.Result.Granted.class);
    return ((Registrar.Result.Granted) result).issued();
  }

  private AuditEvent lastEvent() throws IOException {
    return registrar.log().lines(-1, 1).getFirst().event();
  }

  @ParameterizedTest
  @EnumSource
  void what_is_issued_is_written_down_with_serial_and_end(Proof.By by) throws Exception {
    var issued = granted(proof(by, Ca.CART, NODE), Ca.NOW);

    assertThat(lastEvent().kind().word())
        .isEqualTo(
            switch (by) {
              case SERVICE_ACCOUNT, ACL_TOKEN -> "attested";
              case JOIN_TOKEN -> "joined";
              case CERTIFICATE -> "renewed";
            });
    assertThat(lastEvent().subject())
        .isEqualTo(new AuditEvent.Subject(Ca.CART.toString(), NODE, "somehow"));
    assertThat(lastEvent().svid())
        .isEqualTo(
            new AuditEvent.Svid(
                issued.serial().toString(16),
                issued.notAfter(),
                issued.chain().getLast().getSerialNumber().toString(16),
                ""));
  }

  @ParameterizedTest
  @EnumSource
  void a_banned_identity_gets_nothing_in_any_way_and_others_do(Proof.By by) throws Exception {
    var ban = registrar.ban(Ca.CART.toString(), "stolen", Ca.NOW);

    assertThat(issue(proof(by, Ca.CART, NODE), Ca.NOW)).isEqualTo(new Registrar.Result.Banned(ban));
    assertThat(lastEvent().kind()).isEqualTo(Kind.REFUSED);
    assertThat(lastEvent().reason()).contains("sa/cart is banned since", "stolen");
    assertThat(issue(proof(by, WEB, NODE), Ca.NOW)).isInstanceOf(Registrar.Result.Granted.class);
  }

  @ParameterizedTest
  @EnumSource
  void a_banned_node_gets_nothing_in_any_way_and_others_do(Proof.By by) throws Exception {
    var ban = registrar.ban(NODE, "", Ca.NOW);

    assertThat(issue(proof(by, Ca.CART, NODE), Ca.NOW)).isEqualTo(new Registrar.Result.Banned(ban));
    assertThat(issue(proof(by, Ca.CART, NODE + "0"), Ca.NOW))
        .isInstanceOf(Registrar.Result.Granted.class);
    assertThat(issue(proof(by, Ca.CART, ""), Ca.NOW)).isInstanceOf(Registrar.Result.Granted.class);
  }

  @Test
  void a_ban_survives_a_restart_and_ends_when_it_is_lifted() throws Exception {
    var proof = proof(Proof.By.JOIN_TOKEN, Ca.CART, NODE);
    var hostile = "a\n\"}\\u0000\u001b[31m é";
    registrar.ban(Ca.CART.toString(), hostile, Ca.NOW);
    registrar.ban("kubernetes/c1/shop/web-1", "", Ca.NOW);
    restart(Ca.NOW.plusSeconds(1));

    assertThat(registrar.bans().all())
        .containsExactly(
            new Ban("kubernetes/c1/shop/web-1", Ca.NOW, ""),
            new Ban(Ca.CART.toString(), Ca.NOW, hostile));
    assertThat(issue(proof, Ca.NOW)).isInstanceOf(Registrar.Result.Banned.class);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("bans"))))
        .isEqualTo("rw-------");

    assertThat(registrar.unban(Ca.CART.toString(), Ca.NOW)).isPresent();
    assertThat(lastEvent().kind()).isEqualTo(Kind.UNBANNED);
    assertThat(registrar.unban(Ca.CART.toString(), Ca.NOW)).isEmpty();
    assertThat(issue(proof, Ca.NOW)).isInstanceOf(Registrar.Result.Granted.class);
  }

  @Test
  void who_observes_is_told_of_a_ban_when_it_holds() throws Exception {
    var told = new ArrayList<Ban>();
    registrar.observe(ban -> {
      assertThat(registrar.bans().on(Ca.CART, "")).contains(ban);
      told.add(ban);
    });

    var ban = registrar.ban(Ca.CART.toString(), "", Ca.NOW);

    assertThat(told).containsExactly(ban);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "cart", "spiffe://demo.test", "spiffe://other.test/ns/a/sa/b",
        "spiffe://demo.test/a b", "spiffe://demo.test/tombolo/control-plane", "a/b\nc", "a/é",
            "a /b"
      })
  void what_cannot_be_banned_is_refused_and_changes_nothing(String subject) throws Exception {
    assertThatThrownBy(() -> registrar.ban(subject, "", Ca.NOW))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(registrar.bans().all()).isEmpty();
    assertThat(registrar.log().lines(1, 10)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "tombolo-bans 1|",
        "tombolo-bans 1|end 1|",
        "tombolo-bans 2|end 0|",
        "tombolo-bans 1|{\"subject\":\"a/b\",\"since\":\"never\",\"reason\":\"\"}|end 1|",
        "tombolo-bans 1|"
            + "{\"subject\":\"a\",\"since\":\"2026-11-24T04:00:00Z\",\"reason\":\"\"}|"
            + "end 1|",
        "tombolo-bans 1|end 0|more|",
        "tombolo-bans 1|end 0"
      })
  void while_the_bans_cannot_be_read_nothing_is_issued(String lines) throws Exception {
    var content = lines.replace('|', '\n');
    registrar.ban(Ca.CART.toString(), "", Ca.NOW);
    byte[] good = Files.readAllBytes(state.resolve("bans"));
    Files.writeString(state.resolve("bans"), content);
    restart(Ca.NOW);
    var proof = proof(Proof.By.JOIN_TOKEN, WEB, NODE);

    assertThat(issue(proof, Ca.NOW))
        .isInstanceOfSatisfying(
            Registrar.Result.Closed.class,
            closed -> assertThat(closed.why()).contains("bans", "restored", "mv "));
    assertThatThrownBy(() -> registrar.ban(WEB.toString(), "", Ca.NOW))
        .isInstanceOf(StateUnusable.class);
    assertThat(Files.readString(state.resolve("bans"))).isEqualTo(content);

    Files.write(state.resolve("bans"), good);
    assertThat(issue(proof, Ca.NOW)).isInstanceOf(Registrar.Result.Granted.class);
    assertThat(issue(proof(Proof.By.JOIN_TOKEN, Ca.CART, ""), Ca.NOW))
        .isInstanceOf(Registrar.Result.Banned.class);
  }

  @Test
  void bans_that_others_may_change_are_not_believed() throws Exception {
    registrar.ban(Ca.CART.toString(), "", Ca.NOW);
    Files.setPosixFilePermissions(
        state.resolve("bans"), PosixFilePermissions.fromString("rw-rw-rw-"));
    restart(Ca.NOW);

    assertThat(issue(proof(Proof.By.JOIN_TOKEN, WEB, ""), Ca.NOW))
        .isInstanceOf(Registrar.Result.Closed.class);
  }

  @Test
  void while_the_log_is_broken_nothing_is_issued_and_bans_hold_all_the_same() throws Exception {
    granted(proof(Proof.By.JOIN_TOKEN, Ca.CART, NODE), Ca.NOW);
    registrar.close();
    var log = state.resolve("audit.log");
    Files.writeString(log, Files.readString(log).replace("sa/cart", "sa/card"));
    restart(Ca.NOW);

    assertThat(issue(proof(Proof.By.JOIN_TOKEN, WEB, ""), Ca.NOW))
        .isInstanceOfSatisfying(
            Registrar.Result.Closed.class,
            closed -> assertThat(closed.why()).contains("line 2", "its hash", "mv "));
    assertThatThrownBy(() -> registrar.ban(WEB.toString(), "", Ca.NOW))
        .isInstanceOf(StateUnusable.class)
        .hasMessageContaining("is banned, but that is not in the audit log");
    assertThat(registrar.bans().on(WEB, "")).isPresent();

    Files.move(log, state.resolve("moved"));
    assertThat(issue(proof(Proof.By.JOIN_TOKEN, Ca.CART, ""), Ca.NOW))
        .isInstanceOf(Registrar.Result.Granted.class);
  }

  @Test
  void no_svid_of_somebody_follows_their_ban_in_the_log() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = new ArrayList<Callable<Registrar.Result>>();
      for (int i = 0; i < 200; i++) {
        tasks.add(() -> issue(proof(Proof.By.CERTIFICATE, Ca.CART, NODE), Ca.NOW));
      }
      var ban = threads.submit(() -> registrar.ban(Ca.CART.toString(), "", Ca.NOW));
      for (var done : threads.invokeAll(tasks)) {
        assertThat(done.get()).isNotInstanceOf(Registrar.Result.Closed.class);
      }
      assertThat(ban.get().subject()).isEqualTo(Ca.CART.toString());
    }
    var kinds = registrar.log().lines(0, 1000).stream().map(line -> line.event().kind()).toList();
    assertThat(kinds.indexOf(Kind.BANNED)).isGreaterThan(kinds.lastIndexOf(Kind.RENEWED));
    assertThat(registrar.log().verify()).isInstanceOf(AuditChain.Result.Whole.class);
  }

  @Test
  void refusals_without_end_are_written_by_their_number() throws Exception {
    var nobody = new AuditEvent.Subject("", "", "with no proof, from 10.0.0.1");
    for (int i = 0; i < 150; i++) {
      registrar.refused(nobody, "no", Ca.NOW);
    }
    registrar.refused(nobody, "no", Ca.NOW.plusSeconds(1));

    var lines = registrar.log().lines(0, 1000);
    assertThat(lines).hasSize(1 + 100 + 2);
    assertThat(lines.get(101).event().reason()).contains("50 refusals were not written");
  }

  @Test
  void the_newest_svid_of_each_holder_is_known_also_after_a_restart() throws Exception {
    granted(proof(Proof.By.JOIN_TOKEN, Ca.CART, NODE), Ca.NOW);
    var later = Ca.NOW.plus(Duration.ofHours(10));
    var renewed = granted(proof(Proof.By.CERTIFICATE, Ca.CART, NODE), later);
    var other = granted(proof(Proof.By.SERVICE_ACCOUNT, WEB, ""), Ca.NOW.plusSeconds(1));
    var before = registrar.inventory().holding(later);
    restart(later);

    assertThat(registrar.inventory().holding(later)).isEqualTo(before);
    assertThat(before)
        .extracting(Inventory.Entry::serial)
        .containsExactly(other.serial().toString(16), renewed.serial().toString(16));
    assertThat(before.getLast().how()).isEqualTo("renewed somehow");
    assertThat(registrar.inventory().nodeOf(renewed.serial().toString(16))).isEqualTo(NODE);
    assertThat(registrar.inventory().nodeOf("unknown")).isEmpty();
  }

  @Test
  void who_did_not_renew_in_time_is_counted_and_forgotten_when_it_has_expired() throws Exception {
    granted(proof(Proof.By.JOIN_TOKEN, Ca.CART, NODE), Ca.NOW);
    granted(proof(Proof.By.JOIN_TOKEN, WEB, ""), Ca.NOW);
    granted(proof(Proof.By.CERTIFICATE, WEB, ""), Ca.NOW.plus(Duration.ofHours(12)));
    var inventory = registrar.inventory();

    assertThat(inventory.overdue(Ca.NOW.plus(Duration.ofHours(15)))).isZero();
    assertThat(inventory.overdue(Ca.NOW.plus(Duration.ofHours(17)))).isOne();
    assertThat(inventory.holding(Ca.NOW.plus(Duration.ofHours(24))))
        .extracting(Inventory.Entry::identity)
        .isEqualTo(List.of(WEB.toString()));
    assertThat(inventory.holding(Ca.NOW.plus(Duration.ofHours(36)))).isEmpty();
    assertThat(authority.end()).isEqualTo(Ca.NOW.plus(Duration.ofDays(365)));
  }

  @Test
  void the_last_svid_of_a_host_is_known_until_the_grace_is_over() {
    var first = granted(proof(Proof.By.JOIN_TOKEN, Ca.CART, NODE), Ca.NOW);
    var serial = first.serial().toString(16);
    var end = first.notAfter();

    assertThat(registrar.inventory().last(serial, end.plus(GRACE).minusMillis(1))).isPresent();
    assertThat(registrar.inventory().holding(end)).isEmpty();
    assertThat(registrar.inventory().inUse(end)).isEmpty();
    assertThat(registrar.inventory().last(serial, end.plus(GRACE))).isEmpty();
  }

  @Test
  void an_svid_is_not_the_last_once_another_took_its_place_and_had_time_to_arrive() {
    var first = granted(proof(Proof.By.JOIN_TOKEN, Ca.CART, ""), Ca.NOW);
    var other = granted(proof(Proof.By.JOIN_TOKEN, Ca.CART, ""), Ca.NOW);
    var serial = first.serial().toString(16);
    var later = first.notAfter().plusSeconds(60);
    var next = granted(new Proof(Proof.By.CERTIFICATE, Ca.CART, "", serial, "somehow"), later);

    var inventory = registrar.inventory();
    assertThat(inventory.last(serial, later.plus(Duration.ofMinutes(9)))).isPresent();
    assertThat(inventory.last(serial, later.plus(Duration.ofMinutes(10)))).isEmpty();
    assertThat(inventory.last(next.serial().toString(16), later.plus(Duration.ofMinutes(10))))
        .isPresent();
    assertThat(inventory.last(other.serial().toString(16), later.plus(Duration.ofMinutes(10))))
        .as("of another host, whose node is not known either")
        .isPresent();
  }

  @Test
  void joining_again_takes_the_place_of_what_a_known_node_had() {
    var first = granted(proof(Proof.By.JOIN_TOKEN, Ca.CART, NODE), Ca.NOW);
    var again = granted(proof(Proof.By.JOIN_TOKEN, Ca.CART, NODE), Ca.NOW.plusSeconds(1));
    var later = Ca.NOW.plus(Duration.ofMinutes(11));

    assertThat(registrar.inventory().last(first.serial().toString(16), later)).isEmpty();
    assertThat(registrar.inventory().last(again.serial().toString(16), later)).isPresent();
  }
}
