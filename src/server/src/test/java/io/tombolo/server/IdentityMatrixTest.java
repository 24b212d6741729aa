package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.RenewRequest;
import io.tombolo.identity.Grant;
import io.tombolo.identity.JoinTokens;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.testbed.KubeApiserver;
import io.tombolo.testbed.TestbedExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Twenty callers on each of three nodes try to get each of twenty identities: 1,200 cells, of
/// which the diagonal succeeds. Ten are pods, whose tokens a real API server makes and reviews; ten
/// are instances of Consul services with join tokens for their hosts.
@Tag("identity")
@ExtendWith(TestbedExtension.class)
class IdentityMatrixTest {
  private static final String CLUSTER = "cluster-1";
  private static final TrustDomain DOMAIN = new TrustDomain("tombolo.local");
  private static final int CALLERS = 20;
  private static final int PODS = 10;
  private static final int NODES = 3;

  private final KubeApiserver apiserver;
  private final ControlPlane controlPlane;
  private final Hosts hosts;
  private final List<ManagedChannel> strangers = new ArrayList<>();
  private final List<KeyPair> keys = new ArrayList<>();

  IdentityMatrixTest(KubeApiserver apiserver, @TempDir Path directory) throws IOException {
    this.apiserver = apiserver;
    var state = directory.resolve("state");
    controlPlane =
        Configured.controlPlane(
            state,
            Map.of(
                "tombolo.kubernetes.\"%s\".kubeconfig".formatted(CLUSTER),
                apiserver.kubeconfig().toString()));
    hosts = Hosts.of(state, controlPlane);
  }

  @BeforeEach
  void start() throws Exception {
    controlPlane.start();
    for (int node = 0; node < NODES; node++) {
      strangers.add(hosts.channelFrom(address(node)));
    }
    for (int caller = 0; caller < CALLERS; caller++) {
      keys.add(Hosts.keys());
    }
  }

  @AfterEach
  void close() {
    hosts.close();
    controlPlane.close();
  }

  /// One try: who tries to become whom, and where.
  private record Cell(int caller, int identity, int node) {}

  private static List<Cell> cells() {
    return IntStream.range(0, CALLERS * CALLERS * NODES)
        .mapToObj(i -> new Cell(i / NODES / CALLERS, i / NODES % CALLERS, i % NODES))
        .toList();
  }

  private static Set<Cell> diagonal() {
    return new LinkedHashSet<>(
        cells().stream().filter(cell -> cell.caller == cell.identity).toList());
  }

  private static SpiffeId identity(int who) {
    return who < PODS
        ? SpiffeId.serviceAccount(DOMAIN, "matrix", "account-" + who)
        : SpiffeId.consulService(DOMAIN, "default", "dc1", "service-" + who);
  }

  private static String address(int node) {
    return "127.0.0." + (node + 1);
  }

  /// The proof that this caller has on this node.
  private AttestRequest attesting(Map<String, String> tokens, Cell cell) throws Exception {
    var csr = Hosts.csr(keys.get(cell.caller), List.of(identity(cell.identity).toString()));
    return cell.caller < PODS
        ? Hosts.attesting(csr, CLUSTER, tokens.getOrDefault(pod(cell.caller, cell.node), ""))
        : Hosts.joining(csr, joinToken(cell.caller, cell.node));
  }

  private String joinToken(int caller, int node) throws IOException {
    var name = "consul/dc1/default/service-%d-%d".formatted(caller, node);
    return controlPlane
        .admin()
        .joinTokens()
        .issue(new Grant(identity(caller), name, address(node)), JoinTokens.LONGEST, Instant.now())
        .text();
  }

  private static String pod(int caller, int node) {
    return "account-%d-%d".formatted(caller, node);
  }

  /// The tokens of all pods, by their names.
  private Map<String, String> podTokens(String namespace) {
    var pods = Pods.in(apiserver, namespace);
    var tokens = new HashMap<String, String>();
    for (int caller = 0; caller < PODS; caller++) {
      pods.account("account-" + caller);
      for (int node = 0; node < NODES; node++) {
        pods.pod(pod(caller, node), "account-" + caller, "node-" + node);
        tokens.put(
            pod(caller, node), pods.token("account-" + caller, pod(caller, node), "tombolo"));
      }
    }
    return tokens;
  }

  /// Which cells a host got an identity of: those of all identities that its certificate names.
  private static Set<Cell> named(Hosts.Host host, Cell cell) throws Exception {
    var got = new LinkedHashSet<Cell>();
    for (int who = 0; who < CALLERS; who++) {
      if (host.names().contains(List.of(6, identity(who).toString()))) {
        got.add(new Cell(cell.caller, who, cell.node));
      }
    }
    assertThat(host.names()).as("names of " + cell).hasSize(1);
    assertThat(got).as("known identities of " + cell).hasSize(1);
    return got;
  }

  @Test
  void whoever_asks_for_an_identity_gets_its_own_by_its_token_and_by_its_certificate()
      throws Exception {
    var tokens = podTokens("matrix");
    var attested = new LinkedHashSet<Cell>();
    var renewed = new LinkedHashSet<Cell>();
    var renewing = new HashMap<Cell, ManagedChannel>();
    for (var cell : cells()) {
      var keys = this.keys.get(cell.caller);
      var stranger = Hosts.identity(strangers.get(cell.node));
      var host = Hosts.host(keys, stranger.attest(attesting(tokens, cell)));
      attested.addAll(named(host, cell));
      var place = new Cell(cell.caller, 0, cell.node);
      var channel = renewing.get(place);
      if (channel == null) {
        channel = hosts.channelFrom(address(cell.node), host);
        renewing.put(place, channel);
      }
      var request =
          RenewRequest.newBuilder()
              .setCsr(Hosts.csr(keys, List.of(identity(cell.identity).toString())))
              .build();
      var again = Hosts.identity(channel).renew(request);
      renewed.addAll(named(Hosts.host(keys, again), cell));
    }

    System.out.printf(
        "%d cells: %d attested, %d renewed%n", cells().size(), attested.size(), renewed.size());
    assertThat(cells()).hasSize(1200);
    assertThat(attested).isEqualTo(diagonal());
    assertThat(renewed).isEqualTo(diagonal());
    assertIssuedOnTheirNodesOnly();
  }

  /// Every certificate is on the node of the pod or host whose token it was issued for.
  private void assertIssuedOnTheirNodesOnly() {
    var nodes = new TreeSet<String>();
    controlPlane
        .admin()
        .registrar()
        .inventory()
        .holding(Instant.now())
        .forEach(holding -> nodes.add(holding.node() + " " + holding.identity()));
    var expected = new TreeSet<String>();
    for (int caller = 0; caller < CALLERS; caller++) {
      for (int node = 0; node < NODES; node++) {
        var name =
            caller < PODS
                ? "kubernetes/%s/matrix/%s".formatted(CLUSTER, pod(caller, node))
                : "consul/dc1/default/service-%d-%d".formatted(caller, node);
        expected.add(name + " " + identity(caller));
      }
    }
    assertThat(nodes).isEqualTo(expected);
  }

  @Test
  void the_join_token_of_a_host_is_of_no_use_on_another() throws Exception {
    int refused = 0;
    for (int caller = PODS; caller < CALLERS; caller++) {
      for (int of = 0; of < NODES; of++) {
        for (int on = 0; on < NODES; on++) {
          var csr = Hosts.csr(keys.get(caller));
          var request = Hosts.joining(csr, joinToken(caller, of));
          var stub = Hosts.identity(strangers.get(on));
          if (of == on) {
            assertThat(stub.attest(request).getChainCount()).isEqualTo(2);
          } else {
            assertThatThrownBy(() -> stub.attest(request)).hasMessageContaining("is for host");
            assertThatThrownBy(() -> Hosts.identity(strangers.get(0)).attest(request))
                .hasMessageContaining("has been used already");
            refused++;
          }
        }
      }
    }
    assertThat(refused).isEqualTo((CALLERS - PODS) * NODES * (NODES - 1));
  }

  /// The certificate of another is public; its key is what counts.
  @Test
  void nobody_renews_with_the_certificate_of_another() throws Exception {
    var joined = new ArrayList<Hosts.Host>();
    for (int caller = 0; caller < CALLERS; caller++) {
      var grant = new Grant(identity(caller), "*", "*");
      var token = controlPlane.admin().joinTokens().issue(grant, JoinTokens.LONGEST, Instant.now());
      joined.add(hosts.join(token.text(), keys.get(caller)));
    }
    var succeeded = new LinkedHashSet<Cell>();
    for (int caller = 0; caller < CALLERS; caller++) {
      for (int victim = 0; victim < CALLERS; victim++) {
        var pretending = joined.get(victim).without(keys.get(caller));
        try {
          succeeded.addAll(named(hosts.renew(pretending), new Cell(caller, victim, 0)));
        } catch (StatusRuntimeException refused) {
          assertThat(refused.getStatus().getCode())
              .isIn(Status.Code.UNAVAILABLE, Status.Code.UNAUTHENTICATED);
        }
      }
    }

    assertThat(succeeded)
        .containsExactlyInAnyOrderElementsOf(
            diagonal().stream().filter(cell -> cell.node == 0).toList());
  }
}
