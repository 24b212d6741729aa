package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.identity.Roots.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("identity")
class RolloverTest {
  private static final String NODE = "consul/dc1/default/cart-1";
  private static final String OTHER = "consul/dc1/default/cart-2";

  private final Path state;
  private final Set<String> gone = new HashSet<>();
  private Duration forPartners = Duration.ZERO;
  private final List<Rollover.Standing> hosts = new ArrayList<>();
  private Control control;

  /// A control plane as far as roots go.
  private record Control(
      Authority authority, TrustStore trust, Registrar registrar, Rollover rollover) {}

  RolloverTest(@TempDir Path state) throws IOException {
    this.state = state;
    this.control = start();
  }

  private Control start() throws IOException {
    var authority = new Ca(state).open();
    var trust = TrustStore.open(state.resolve("trust"), Ca.DOMAIN, authority.trusted(), Ca.NOW);
    var registrar = Registrar.open(state, authority, Duration.ofHours(24), Ca.NOW);
    var rollover =
        new Rollover(
            authority,
            trust,
            registrar.inventory(),
            registrar.bans(),
            () -> List.copyOf(hosts),
            svid -> gone.contains(svid.node()),
            forPartners,
            Clock.fixed(Ca.NOW, ZoneOffset.UTC));
    return new Control(authority, trust, registrar, rollover);
  }

  @AfterEach
  void stop() throws IOException {
    control.registrar.close();
  }

  /// As after a crash: nothing but the files is left.
  private void restart() throws IOException {
    stop();
    control = start();
  }

  private Issued issue(String node, String replaces) {
    var by = replaces.isEmpty() ? Proof.By.JOIN_TOKEN : Proof.By.CERTIFICATE;
    var key = Ca.ec("secp256r1").getPublic();
    var proof = new Proof(by, Ca.CART, node, replaces, "somehow");
    return ((Registrar.Result.Granted) control.registrar.issue(key, new byte[0], proof, Ca.NOW))
        .issued();
  }

  private static String serial(Issued issued) {
    return issued.serial().toString(16);
  }

  /// A host says what is in force there.
  private void says(String node, long sequence, Issued svid) {
    hosts.removeIf(host -> host.node().equals(node));
    hosts.add(new Rollover.Standing(Ca.CART, node, sequence, serial(svid), ""));
    control.registrar.inventory().took(serial(svid));
  }

  private long sequence() {
    return control.trust.trust().own().sequence();
  }

  private Phase step() {
    control.rollover.step();
    return control.rollover.report().roots().phase();
  }

  private List<String> waitingFor() {
    return control.rollover.report().waitingFor().stream().map(Rollover.Laggard::node).toList();
  }

  @Test
  void
      a_new_root_signs_when_every_live_host_has_taken_up_the_bundle_and_the_old_one_goes_with_its_last_svid()
          throws Exception {
    var one = issue(NODE, "");
    var two = issue(OTHER, "");
    var old = control.authority.roots().signing();
    says(NODE, sequence(), one);
    says(OTHER, sequence(), two);

    control.rollover.start();
    assertThat(control.trust.trust().own().roots()).hasSize(2).contains(old);
    assertThat(waitingFor()).containsExactlyInAnyOrder(NODE, OTHER);
    says(NODE, sequence(), one);
    assertThat(step()).isEqualTo(Phase.SPREADING);
    assertThat(waitingFor()).containsExactly(OTHER);
    assertThat(issue("gateway/a/b", "").chain().getLast().getIssuerX500Principal())
        .isEqualTo(old.getSubjectX500Principal());
    gone.add("gateway/a/b");

    says(OTHER, sequence(), two);
    assertThat(step()).isEqualTo(Phase.REISSUING);
    var oneAgain = issue(NODE, serial(one));
    var twoAgain = issue(OTHER, serial(two));
    assertThat(oneAgain.chain().getLast().getIssuerX500Principal())
        .isNotEqualTo(old.getSubjectX500Principal());
    assertThat(step()).isEqualTo(Phase.REISSUING);
    assertThat(waitingFor()).containsExactlyInAnyOrder(NODE, OTHER);
    says(NODE, sequence(), oneAgain);
    assertThat(step()).isEqualTo(Phase.REISSUING);
    assertThat(waitingFor()).containsExactly(OTHER);

    says(OTHER, sequence(), twoAgain);
    assertThat(step()).isEqualTo(Phase.SETTLED);
    assertThat(control.trust.trust().own().roots())
        .containsExactly(control.authority.roots().signing())
        .doesNotContain(old);
    Ca.validate(twoAgain.chain(), control.authority.trusted(), Ca.NOW);
  }

  @Test
  void killed_at_each_step_it_goes_on_from_there() throws Exception {
    var svid = issue(NODE, "");
    var before = sequence();
    says(NODE, before, svid);
    control.rollover.start();
    restart();
    assertThat(step()).isEqualTo(Phase.SPREADING);
    assertThat(sequence()).isGreaterThan(before);
    assertThat(waitingFor()).containsExactly(NODE);

    says(NODE, sequence(), svid);
    assertThat(step()).isEqualTo(Phase.REISSUING);
    var spread = sequence();
    hosts.clear();
    restart();
    assertThat(step()).isEqualTo(Phase.REISSUING);
    assertThat(sequence()).isEqualTo(spread);
    assertThat(waitingFor()).containsExactly(NODE);

    var again = issue(NODE, serial(svid));
    restart();
    assertThat(step()).isEqualTo(Phase.REISSUING);
    assertThat(waitingFor()).contains(NODE);
    says(NODE, sequence(), again);
    assertThat(step()).isEqualTo(Phase.SETTLED);
    var signing = control.authority.roots().signing();
    restart();
    assertThat(control.authority.trusted()).containsExactly(signing);
    assertThat(sequence()).isGreaterThan(spread);
    Ca.validate(issue(NODE, "").chain(), List.of(signing), Ca.NOW);
  }

  /// A crash after the roots were written, and before the bundle was.
  @Test
  void a_root_that_is_on_record_but_was_not_told_is_told_after_a_restart() throws Exception {
    var before = sequence();
    control.authority.begin(Ca.NOW);
    assertThat(sequence()).isEqualTo(before);

    restart();

    assertThat(control.trust.trust().own().roots()).hasSize(2);
    assertThat(sequence()).isGreaterThan(before);
  }

  @Test
  void a_host_that_is_away_blocks_until_it_is_known_to_be_gone_banned_or_skipped()
      throws Exception {
    var _ = issue(NODE, "");
    control.rollover.start();
    assertThat(step()).isEqualTo(Phase.SPREADING);
    assertThat(control.rollover.report().waitingFor().getFirst().why())
        .contains("is not connected", "2026-11-25T04:00:00Z");

    gone.add(NODE);
    assertThat(step()).isEqualTo(Phase.REISSUING);
    gone.clear();
    assertThat(step()).isEqualTo(Phase.REISSUING);
    control.rollover.skip(NODE);
    assertThat(control.authority.roots().phase()).isEqualTo(Phase.SETTLED);
    assertThat(control.authority.roots().skipped()).isEmpty();

    control.rollover.start();
    assertThat(waitingFor()).containsExactly(NODE);
    control.registrar.ban(NODE, "stolen", Ca.NOW);
    assertThat(step()).isEqualTo(Phase.REISSUING);
  }

  @Test
  void where_other_trust_domains_fetch_the_bundle_it_waits_for_as_long_as_they_may_take()
      throws Exception {
    forPartners = Duration.ofMinutes(10);
    restart();
    control.rollover.start();

    assertThat(step()).isEqualTo(Phase.SPREADING);
    assertThat(control.rollover.report().waitingFor().getFirst().why())
        .contains("2026-11-24T04:10:00Z");
  }

  @Test
  void paused_it_stays_and_resumed_it_goes_on() throws Exception {
    var svid = issue(NODE, "");
    control.rollover.start();
    control.rollover.pause(true);
    says(NODE, sequence(), svid);
    restart();
    assertThat(step()).isEqualTo(Phase.SPREADING);
    assertThat(waitingFor()).isEmpty();

    control.rollover.pause(false);
    assertThat(control.authority.roots().phase()).isEqualTo(Phase.REISSUING);
  }

  @Test
  void rolled_back_before_the_switch_the_new_root_is_dropped() throws Exception {
    var svid = issue(NODE, "");
    var old = control.authority.roots().signing();
    says(NODE, sequence(), svid);
    control.rollover.start();

    control.rollover.back();

    assertThat(control.trust.trust().own().roots()).containsExactly(old);
    control.authority.look(Ca.NOW);
    assertThat(control.authority.roots().phase()).isEqualTo(Phase.SETTLED);
    control.rollover.start();
    assertThat(control.authority.roots().phase()).isEqualTo(Phase.SPREADING);
  }

  @Test
  void
      rolled_back_after_the_switch_the_old_root_signs_again_and_the_new_one_goes_with_its_last_svid()
          throws Exception {
    var first = issue(NODE, "");
    var old = control.authority.roots().signing();
    says(NODE, sequence(), first);
    control.rollover.start();
    says(NODE, sequence(), first);
    assertThat(step()).isEqualTo(Phase.REISSUING);
    var second = issue(NODE, serial(first));
    says(NODE, sequence(), second);
    control.authority.pause(true);

    control.rollover.back();

    assertThat(control.authority.roots().signing()).isEqualTo(old);
    assertThat(waitingFor()).containsExactly(NODE);
    var third = issue(NODE, serial(second));
    assertThat(third.chain().getLast().getIssuerX500Principal())
        .isEqualTo(old.getSubjectX500Principal());
    says(NODE, sequence(), third);
    assertThat(step()).isEqualTo(Phase.SETTLED);
    assertThat(control.trust.trust().own().roots()).containsExactly(old);
  }

  @Test
  void what_makes_no_sense_is_refused_with_a_reason() throws Exception {
    assertThatThrownBy(() -> control.rollover.back()).hasMessageContaining("no rollover");
    assertThatThrownBy(() -> control.rollover.pause(true)).hasMessageContaining("no rollover");
    control.rollover.start();
    control.rollover.pause(true);
    assertThatThrownBy(() -> control.rollover.start()).hasMessageContaining("going on");
    assertThatThrownBy(() -> control.rollover.skip("a b")).hasMessageContaining("node id");
  }
}
