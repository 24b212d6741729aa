package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tombolo.mesh.identity.X509Svid;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// On each of three nodes run the agents of twenty workloads. Whoever is at a socket gets the
/// identity of its workload, and none of the nineteen others whatever they ask for: of 1,200 cells
/// the diagonal succeeds, by SDS and by the Workload API.
@Tag("identity")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IdentityMatrixTest {
  private static final int WORKLOADS = 20;
  private static final int NODES = 3;

  private final Map<Place, Agent> agents = new LinkedHashMap<>();
  private final TestControlPlane controlPlane;
  private final Path directory;

  IdentityMatrixTest(@TempDir Path directory) throws Exception {
    this.directory = directory;
    var authority = TestAuthority.create("root");
    controlPlane = TestControlPlane.start(authority, Duration.ofHours(1));
    authority.pin(directory.resolve("bundle.pem"));
  }

  /// Where a workload runs.
  private record Place(int workload, int node) {
    String name() {
      return "w%d-n%d".formatted(workload, node);
    }
  }

  /// One try: who asks for which identity.
  private record Cell(Place place, int identity) {}

  private static String identity(int workload) {
    return "spiffe://mesh.test/ns/shop/sa/workload-" + workload;
  }

  private static List<Place> places() {
    return IntStream.range(0, WORKLOADS * NODES)
        .mapToObj(i -> new Place(i / NODES, i % NODES))
        .toList();
  }

  private static Set<Cell> diagonal() {
    var cells = new LinkedHashSet<Cell>();
    places().forEach(place -> cells.add(new Cell(place, place.workload)));
    return cells;
  }

  private Path socket(Place place) {
    return directory.resolve(place.name()).resolve("agent.sock");
  }

  @BeforeAll
  void join() throws Exception {
    for (var place : places()) {
      controlPlane.expect(place.name(), identity(place.workload));
      var token = Files.writeString(directory.resolve(place.name() + ".token"), place.name());
      agents.put(
          place,
          Agent.start(
              new AgentConfig(
                  controlPlane.address(),
                  directory.resolve("bundle.pem"),
                  TestAuthority.DOMAIN,
                  new Attestation.JoinToken(token),
                  socket(place),
                  "consul/dc1/node-%d/workload-%d".formatted(place.node, place.workload))));
    }
    for (var agent : agents.values()) {
      agent.awaitIdentity(TestHost.PATIENCE);
    }
  }

  @AfterAll
  void close() {
    agents.values().forEach(Agent::close);
    controlPlane.close();
  }

  /// Which of the identities a certificate chain is of.
  private static Set<Cell> held(Place place, List<ByteString> der) throws Exception {
    var leaf = SpiffeCertificates.fromDer(der).getFirst();
    var cells = new LinkedHashSet<Cell>();
    for (int who = 0; who < WORKLOADS; who++) {
      if (X509Svid.identity(leaf).toString().equals(identity(who))) {
        cells.add(new Cell(place, who));
      }
    }
    return cells;
  }

  private static Set<Cell> held(Place place, Secret secret) throws Exception {
    var pem = secret.getTlsCertificate().getCertificateChain().getInlineBytes();
    var leaf = SpiffeCertificates.fromPem(pem.newInput()).getFirst();
    return held(place, List.of(ByteString.copyFrom(leaf.getEncoded())));
  }

  @Test
  void by_sds_a_workload_gets_its_own_identity_and_none_by_name() throws Exception {
    var got = new LinkedHashSet<Cell>();
    int refused = 0;
    for (var place : places()) {
      try (var client = new SdsClient(socket(place))) {
        got.addAll(held(place, SdsClient.secret(client.fetch("default"))));
        for (int who = 0; who < WORKLOADS; who++) {
          var name = identity(who);
          assertThat(client.stream(name).refusal()).isEqualTo(Status.Code.PERMISSION_DENIED);
          assertThat(client.delta(name).refusal()).isEqualTo(Status.Code.PERMISSION_DENIED);
          assertThat(client.stream("default", name).refusal())
              .as("with its own")
              .isEqualTo(Status.Code.PERMISSION_DENIED);
          assertThat(fetched(client, name)).isEqualTo(Status.Code.PERMISSION_DENIED);
          refused++;
        }
      }
    }

    assertThat(refused).isEqualTo(1200);
    assertThat(got).isEqualTo(diagonal());
  }

  private static Status.Code fetched(SdsClient client, String name) {
    try {
      var _ = client.fetch(name);
      return Status.Code.OK;
    } catch (StatusRuntimeException refused) {
      return refused.getStatus().getCode();
    }
  }

  @Test
  void by_the_workload_api_a_workload_gets_its_own_identity_and_no_other() throws Exception {
    var got = new LinkedHashSet<Cell>();
    for (var place : places()) {
      try (var client = WorkloadClient.open(socket(place))) {
        var answer = client.svids().next();
        assertThat(answer.getSvidsList()).hasSize(1);
        var svid = answer.getSvids(0);
        assertThat(svid.getSpiffeId()).isEqualTo(identity(place.workload));
        got.addAll(held(place, List.of(svid.getX509Svid())));
        for (var other : places()) {
          assertThat(answer.toString().contains(identity(other.workload) + "\""))
              .as("%s hears of %s", place, other)
              .isEqualTo(other.workload == place.workload);
        }
      }
    }

    assertThat(got).isEqualTo(diagonal());
  }

  /// The modes are loosened here: what keeps others out is what the kernel says of who connects.
  @Test
  void a_process_of_another_user_hears_nothing_at_any_socket() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    var sockets = new ArrayList<String>();
    for (var place : places()) {
      var socket = socket(place);
      Files.setPosixFilePermissions(
          socket.getParent(), PosixFilePermissions.fromString("rwx--x--x"));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
      sockets.add(socket.toString());
    }

    assertThat(heard(0, sockets)).containsOnly("heard the server").hasSize(60);
    for (int user : new int[] {1, 1000, 65534}) {
      assertThat(heard(user, sockets)).containsOnly("heard nothing").hasSize(60);
    }
  }

  private static List<String> heard(int user, List<String> sockets) throws Exception {
    var process = PeerGateTest.listening(user, sockets);
    var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    return printed.lines().toList();
  }
}
