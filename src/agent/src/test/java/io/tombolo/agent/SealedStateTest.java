package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.identity.X509Svid;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("identity")
@Timeout(60)
class SealedStateTest {
  private static final String NODE = "consul/dc1/default/cart-1";
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir Path dir;
  private TestAuthority authority;
  private TestHost host;

  @BeforeEach
  void a_host_is_ready() throws Exception {
    authority = TestAuthority.create("first");
    host = TestHost.ready(dir, authority);
  }

  private AgentConfig config(Address at, String node) {
    return new AgentConfig(
        at,
        dir.resolve("bundle.pem"),
        TestAuthority.DOMAIN,
        new Attestation.JoinToken(host.token()),
        host.socket(),
        node,
        Optional.of(new AgentConfig.StateFiles(dir.resolve("state"), dir.resolve("key/seal"))));
  }

  private SealedState state(String node) {
    var config = config(new Address("127.0.0.1", 1), node);
    return SealedState.of(config, config.state().orElseThrow());
  }

  private TrustBundle bundle(long sequence) {
    return TrustBundle.of(TestAuthority.DOMAIN, sequence, List.of(authority.root()));
  }

  private Svid svid(Duration ttl) throws Exception {
    var request = KeyRequest.create();
    var chain = authority.chain(request.keys().getPublic(), TestControlPlane.WORKLOAD, ttl);
    return new Svid(
        X509Svid.identity(chain.getFirst()),
        chain,
        request.keys().getPrivate(),
        Instant.ofEpochMilli(Instant.now().toEpochMilli()));
  }

  private void keep(Svid svid, long sequence) {
    state(NODE).keep(svid, Trust.of(bundle(sequence)), bundle(0));
  }

  private Path sealed() throws Exception {
    try (var files = Files.list(dir.resolve("state"))) {
      return files.filter(file -> file.toString().endsWith(".sealed")).findFirst().orElseThrow();
    }
  }

  private Optional<SealedState.Kept> load() {
    return state(NODE).load(bundle(0));
  }

  @Test
  void an_agent_starts_again_without_the_control_plane_and_serves_what_it_had() throws Exception {
    Address gone;
    Instant expires;
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var agent = Agent.start(config(controlPlane.address(), NODE))) {
      agent.awaitIdentity(TestHost.PATIENCE);
      gone = controlPlane.address();
      expires = agent.expires().orElseThrow();
      awaitKept();
    }

    try (var agent = Agent.start(config(gone, NODE));
        var sds = new SdsClient(host.socket())) {
      assertThat(agent.identity()).hasToString("Optional[" + TestControlPlane.WORKLOAD + "]");
      assertThat(agent.expires()).contains(expires);
      assertThat(SdsClient.secret(sds.fetch("default")).hasTlsCertificate()).isTrue();
    }
  }

  private void awaitKept() throws InterruptedException {
    var end = System.nanoTime() + TestHost.PATIENCE.toNanos();
    while (load().isEmpty()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void what_was_kept_is_read_again_and_the_key_is_not_in_the_file() throws Exception {
    var svid = svid(HOUR);
    var other = TestAuthority.create("other");
    var federated = TrustBundle.of(new TrustDomain("other.test"), 3, List.of(other.root()));
    var trust = new Trust(bundle(7), List.of(federated));

    state(NODE).keep(svid, trust, bundle(0));

    var kept = load().orElseThrow();
    assertThat(kept.trust()).isEqualTo(trust);
    assertThat(kept.svid()).isEqualTo(svid);
    var content = Files.readString(sealed(), StandardCharsets.ISO_8859_1);
    var key = new String(svid.keyDer(), StandardCharsets.ISO_8859_1);
    assertThat(content).doesNotContain(key.substring(key.length() - 32));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(sealed())))
        .isEqualTo("rw-------");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("key/seal"))))
        .isEqualTo("rw-------");
  }

  @Test
  void a_file_with_any_byte_changed_or_cut_off_is_not_used() throws Exception {
    keep(svid(HOUR), 1);
    byte[] good = Files.readAllBytes(sealed());
    for (int at = 0; at < good.length; at += 7) {
      byte[] bad = good.clone();
      bad[at] ^= 1;
      Files.write(sealed(), bad);
      assertThat(load()).isEmpty();
    }
    Files.write(sealed(), Arrays.copyOf(good, good.length / 2));
    assertThat(load()).isEmpty();
    Files.write(sealed(), good);
    assertThat(load()).isPresent();
  }

  @Test
  void the_state_of_another_node_or_of_another_key_is_not_used() throws Exception {
    keep(svid(HOUR), 1);
    byte[] good = Files.readAllBytes(sealed());
    var name = sealed();
    Files.delete(name);
    state("consul/dc1/default/cart-2").keep(svid(HOUR), Trust.of(bundle(1)), bundle(0));
    byte[] others = Files.readAllBytes(sealed());
    Files.write(name, others);
    assertThat(load()).isEmpty();

    Files.write(name, good);
    assertThat(load()).isPresent();
    Files.delete(dir.resolve("key/seal"));
    assertThat(load()).isEmpty();
  }

  @Test
  void a_copy_from_before_a_newer_bundle_is_not_used() throws Exception {
    keep(svid(HOUR), 4);
    byte[] before = Files.readAllBytes(sealed());
    keep(svid(HOUR), 5);
    assertThat(load()).isPresent();

    Files.write(sealed(), before);

    assertThat(load()).isEmpty();
  }

  @Test
  void the_state_is_not_used_once_roots_are_pinned_that_it_does_not_trust() throws Exception {
    keep(svid(HOUR), 4);
    var anew = TestAuthority.create("anew").root();

    assertThat(state(NODE).load(TrustBundle.of(TestAuthority.DOMAIN, 0, List.of(anew)))).isEmpty();
    assertThat(
            state(NODE)
                .load(TrustBundle.of(TestAuthority.DOMAIN, 0, List.of(anew, authority.root()))))
        .isPresent();
  }

  @Test
  void an_expired_svid_is_not_served() throws Exception {
    keep(svid(Duration.ofSeconds(-1)), 1);
    try (var agent = Agent.start(config(new Address("127.0.0.1", 1), NODE))) {
      assertThat(agent.identity()).isEmpty();
    }
  }

  @Test
  void a_key_beside_what_it_seals_or_open_to_others_is_refused() throws Exception {
    var config = config(new Address("127.0.0.1", 1), NODE);
    var within = new AgentConfig.StateFiles(dir.resolve("state"), dir.resolve("state/key"));
    assertThatThrownBy(() -> SealedState.of(config, within))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("--seal-key-file", "protects nothing");

    keep(svid(HOUR), 1);
    Files.setPosixFilePermissions(
        dir.resolve("key/seal"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> state(NODE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("chmod 600");
  }
}
