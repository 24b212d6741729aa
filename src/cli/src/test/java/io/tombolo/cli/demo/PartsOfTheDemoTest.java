package io.tombolo.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.cli.CommandFailed;
import io.tombolo.cli.demo.Ports.Listening;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PartsOfTheDemoTest {
  private final Progress silent = new Progress(new PrintWriter(new StringWriter()));
  @TempDir private Path directory = Path.of("");

  private Path executable(String name) throws IOException {
    var file = Files.writeString(directory.resolve(name), "#!/bin/sh\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  @Test
  void the_envoy_that_is_named_comes_before_the_one_on_the_path() throws IOException {
    var named = executable("my-envoy");
    var onPath = executable("envoy");
    var path = Map.of("PATH", "/nowhere:" + directory);

    assertThat(new EnvoyBinary(path, directory).find(silent)).isEqualTo(onPath);
    assertThat(
            new EnvoyBinary(Map.of("PATH", "" + directory, "ENVOY", "" + named), directory)
                .find(silent))
        .isEqualTo(named);
  }

  @Test
  void a_named_envoy_that_is_none_is_an_error_and_not_passed_over() {
    var environment = Map.of("ENVOY", "/nowhere/envoy");

    assertThatThrownBy(() -> new EnvoyBinary(environment, directory).find(silent))
        .isInstanceOf(CommandFailed.class)
        .hasMessageContaining("/nowhere/envoy");
  }

  @Test
  void an_address_in_use_is_named_before_anything_starts() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      var address = new Listening("127.0.0.1", taken.getLocalPort());

      assertThatThrownBy(() -> Ports.requireFree(List.of(address)))
          .isInstanceOf(CommandFailed.class)
          .hasMessageContaining(address.toString())
          .hasMessageContaining("ss -ltnp");
      assertThat(Ports.free(taken.getLocalPort())).isNotEqualTo(taken.getLocalPort());
    }
  }

  @Test
  void a_child_that_ends_by_itself_is_told_with_the_end_of_its_log() {
    var log = directory.resolve("log");
    try (var children = new Children()) {
      children.start("sh", List.of("sh", "-c", "echo the reason; exit 3"), log, log);

      assertThatThrownBy(() ->
              Patience.USUAL.until(
                  () -> {
                    children.check();
                    return Optional.empty();
                  },
                  () -> "still there"))
          .hasMessageContaining("exit code 3")
          .hasMessageContaining("the reason");
    }
  }

  @Test
  void children_are_ended_and_waited_for() {
    var log = directory.resolve("log");
    var children = new Children();
    children.start("sleep", List.of("sleep", "1000"), log, log);
    var started = ProcessHandle.current().children().filter(ProcessHandle::isAlive).toList();

    children.close();

    assertThat(started).isNotEmpty().noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void patience_ends_with_what_was_waited_for() {
    var little = new Patience(Duration.ofMillis(20), Duration.ofMillis(1));

    assertThatThrownBy(() -> little.until(Optional::empty, () -> "no proxy has come"))
        .hasMessageContaining("no proxy has come");
  }

  @Test
  void a_denial_is_found_in_the_access_log_with_the_callers_identity() throws IOException {
    var log = directory.resolve("access.log");
    var earlier = "{\"peer\": \"spiffe://x/old\", \"ended\": \"rbac_access_denied_x\"}\n";
    Files.writeString(
        log,
        earlier
            + "{\"peer\": \"spiffe://x/ok\", \"ended\": null}\n"
            + "{\"peer\": \"spiffe://x/web\", \"ended\":"
            + " \"rbac_access_denied_matched_policy[none]\"}\n"
            + "{\"half a li");
    var sidecar = new Sidecar("ledger", log, log, log);

    assertThat(sidecar.turnedAwaySince(earlier.length())).contains("spiffe://x/web");
    assertThat(sidecar.turnedAwaySince(sidecar.logged())).isEmpty();
  }

  @Test
  void a_run_has_a_directory_of_its_own_that_goes_without_a_trace() throws IOException {
    var workspace = new Workspace(Files.createDirectory(directory.resolve("run")));
    workspace.copyWorlds(Path.of("../../examples/two-worlds"));
    workspace.replace(Flip.FILE, "{}");

    assertThat(workspace.worlds().resolve(Flip.FILE)).hasContent("{}");
    Files.writeString(Files.createDirectory(workspace.logs()).resolve("x.log"), "x");
    workspace.deleteAllButLogs();
    assertThat(workspace.worlds()).doesNotExist();
    assertThat(workspace.logs().resolve("x.log")).exists();
    workspace.delete();
    assertThat(workspace.directory()).doesNotExist();
  }
}
