package io.tombolo.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class TopologyTest {
  private static Topology topology;
  private static Host web;
  private static Host api;
  private static Host db;
  private static Host gateway;

  @BeforeAll
  static void open() throws IOException {
    topology = Topology.open();
    web = topology.host("web", Network.PODS);
    api = topology.host("api", Network.PODS);
    db = topology.host("db", Network.VMS);
    gateway = topology.gateway("gateway");
  }

  @AfterAll
  static void close() {
    topology.close();
  }

  private static ServerSocket listening(Place place) throws Exception {
    return place.call(() -> new ServerSocket(0));
  }

  @Test
  void hosts_of_one_network_reach_each_other() throws Exception {
    try (var server = listening(api)) {
      assertThat(web.reaches(api.address(Network.PODS), server.getLocalPort())).isTrue();
    }
  }

  @Test
  void no_host_reaches_one_of_the_other_network() throws Exception {
    try (var server = listening(db)) {
      assertThat(web.reaches(db.address(Network.VMS), server.getLocalPort())).isFalse();
      assertThat(topology.infra().reaches(db.address(Network.VMS), server.getLocalPort())).isTrue();
    }
    assertThat(topology.crossed()).isZero();
  }

  @Test
  void a_route_through_a_host_with_two_legs_leads_nowhere() throws Exception {
    for (var between : List.of(gateway, topology.infra())) {
      var away = topology.attempted();
      route(web, Network.VMS, between.address(Network.PODS));
      route(db, Network.PODS, between.address(Network.VMS));
      try (var server = listening(db)) {
        assertThat(web.reaches(db.address(Network.VMS), server.getLocalPort())).isFalse();
      }
      assertThat(topology.attempted()).isGreaterThan(away);
      assertThat(topology.crossed()).isZero();
      web.namespace().ip("route flush root " + Network.VMS.cidr());
      db.namespace().ip("route flush root " + Network.PODS.cidr());
    }
  }

  @Test
  void a_crossing_is_counted() throws Exception {
    try (var broken = Topology.open()) {
      var from = broken.host("from", Network.PODS);
      var to = broken.host("to", Network.VMS);
      var router = broken.gateway("router");
      router.call(() -> Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1"));
      route(from, Network.VMS, router.address(Network.PODS));
      route(to, Network.PODS, router.address(Network.VMS));
      try (var server = listening(to)) {
        assertThat(from.reaches(to.address(Network.VMS), server.getLocalPort())).isTrue();
      }
      assertThat(broken.crossed()).isGreaterThanOrEqualTo(4);
    }
  }

  private static void route(Host host, Network to, String by) {
    host.namespace().ip("route add %s via %s".formatted(to.cidr(), by));
  }

  @Test
  void the_test_itself_reaches_the_infrastructure_but_no_host_reaches_the_test() throws Exception {
    try (var server = listening(topology.infra())) {
      try (var socket = new Socket(topology.infra().address(), server.getLocalPort())) {
        assertThat(socket.isConnected()).isTrue();
      }
    }
    try (var machine = new ServerSocket(0)) {
      var ours = topology.infra().address().replaceAll("\\.2$", ".1");
      assertThat(web.reaches(ours, machine.getLocalPort())).isFalse();
      assertThat(db.reaches(ours, machine.getLocalPort())).isFalse();
    }
  }

  @Test
  void a_capture_shows_the_streams_of_a_host_and_finds_a_marker() throws Exception {
    try (var capture = topology.capture(gateway).lookingFor("open sesame");
        var server = listening(gateway)) {
      try (var socket = web.connect(gateway.address(Network.PODS), server.getLocalPort());
          var accepted = server.accept()) {
        socket.getOutputStream().write("please open sesame".getBytes(StandardCharsets.UTF_8));
        socket.shutdownOutput();
        accepted.getInputStream().readAllBytes();
        accepted.getOutputStream().write(new byte[] {0x16, 3, 1});
        accepted.shutdownOutput();
        socket.getInputStream().readAllBytes();
      }
      assertThat(capture.streams())
          .hasSize(2)
          .allMatch(Capture.Stream::complete)
          .anyMatch(stream -> stream.marked() && !stream.startsWithTls() && stream.bytes() == 18)
          .anyMatch(stream -> !stream.marked() && stream.startsWithTls());
    }
  }

  @Test
  void commands_run_inside_a_host() {
    assertThat(db.run("ip", "-br", "addr").output()).contains("10.20.0.").doesNotContain("10.10.");
  }

  @Test
  void everything_is_removed_at_the_close_also_after_a_failure() throws Exception {
    Daemon daemon;
    try (var shortLived = Topology.open()) {
      daemon = Daemon.spec("forgotten", shortLived.infra(), "sleep", "600").start();
      assertThatThrownBy(() -> shortLived.host("infra", Network.PODS))
          .hasMessageContaining("not a new host's name");
    }
    Await.until("it ended", Duration.ofSeconds(5), () -> !daemon.isAlive());
    assertThat(Namespace.all()).noneMatch(name -> name.matches("tb\\d+-[2-9]-.*"));
  }

  @Test
  void namespaces_of_a_dead_run_are_removed_by_the_next() throws Exception {
    var dead = new ProcessBuilder("true").start();
    dead.waitFor();
    var name = "tb%d-1-web".formatted(dead.pid());
    Command.ip(List.of(), List.of("netns add " + name));
    try (var _ = Topology.open()) {
      assertThat(Namespace.all()).doesNotContain(name);
    }
  }

  @Test
  void who_is_not_root_is_told_so() {
    assertThatThrownBy(() -> Topology.requireRoot(1000))
        .hasMessageContaining("must be root, not user 1000");
  }
}
