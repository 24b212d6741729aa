package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Workload Endpoint, section 5: the caller is known by what the kernel says, not by what it says.
@Tag("identity")
@Timeout(60)
class PeerGateTest {
  private static final int OWNER = 4711;
  private final PeerGate gate = new PeerGate(OWNER);

  @BeforeAll
  static void netty_has_its_native_part() {
    Epoll.ensureAvailability();
  }

  @Test
  void the_agents_own_user_and_root_are_admitted_and_nobody_else() {
    assertThat(gate.admits(OptionalInt.of(OWNER))).isTrue();
    assertThat(gate.admits(OptionalInt.of(0))).isTrue();
    assertThat(gate.admits(OptionalInt.of(OWNER + 1))).isFalse();
    assertThat(gate.admits(OptionalInt.of(65534))).isFalse();
    assertThat(gate.admits(OptionalInt.of(-1))).isFalse();
  }

  @Test
  void a_caller_of_whom_the_kernel_says_nothing_is_not_admitted() {
    assertThat(gate.admits(OptionalInt.empty())).isFalse();
  }

  @Test
  void a_connection_that_is_not_admitted_is_closed_before_anything_is_read_from_it() {
    var listening = new EmbeddedChannel(gate);
    var withoutPeer = new EpollDomainSocketChannel();

    assertThat(listening.writeInbound(withoutPeer)).as("handed on").isFalse();
    assertThat(withoutPeer.isOpen()).isFalse();
  }

  @Test
  void a_connection_whose_credentials_cannot_be_read_is_closed() {
    var listening = new EmbeddedChannel(gate);
    var broken = new EpollDomainSocketChannel();
    broken.unsafe().closeForcibly();

    assertThat(listening.writeInbound(broken)).as("handed on").isFalse();
    assertThat(broken.isOpen()).isFalse();
  }

  /// The mode of the socket keeps others out; here it is loosened. Only root can act as others.
  @Test
  void a_process_of_another_user_hears_nothing_even_if_the_socket_lets_it_in(@TempDir Path dir)
      throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")));
    var authority = TestAuthority.create("root");
    var host = TestHost.ready(dir, authority);
    try (var controlPlane = TestControlPlane.start(authority, Duration.ofHours(1));
        var _ = host.joined(controlPlane)) {
      for (var folder : List.of(dir, host.socket().getParent())) {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
      }
      Files.setPosixFilePermissions(host.socket(), PosixFilePermissions.fromString("rw-rw-rw-"));

      assertThat(heardBy(0, host.socket())).isEqualTo("heard the server");
      assertThat(heardBy(65534, host.socket())).isEqualTo("heard nothing");
    }
  }

  private static String heardBy(int user, Path socket) throws Exception {
    var process = listening(user, List.of(socket.toString()));
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  /// A process of this user that connects to each of these sockets and prints what it hears, a line
  /// each.
  static Process listening(int user, List<String> sockets) throws Exception {
    var script =
        """
        for my $path (@ARGV) {
          my $socket = IO::Socket::UNIX->new(Peer => $path) or exit 1;
          print "heard ", sysread($socket, my $frame, 1) ? "the server" : "nothing", "\n";
        }
        """;
    var command =
        new ArrayList<>(
            List.of("setpriv", "--reuid=" + user, "--clear-groups", "perl", "-MIO::Socket::UNIX"));
    command.addAll(List.of("-e", script));
    command.addAll(sockets);
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
