package io.tombolo.cli.demo;

import io.tombolo.agent.Address;
import io.tombolo.cli.AdminClient;
import io.tombolo.cli.CommandFailed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The control plane of the demo, a process of its own that reads the copy of the example.
///
/// @param proxies where proxies and agents reach it
/// @param url its admin port
/// @param token its admin token; secret
record LocalControlPlane(Address proxies, URI url, String token, AdminClient admin) {
  private static final int PROXY_PORT = 15012;
  private static final int ADMIN_PORT = 15014;

  /// Starts it and waits until it serves both worlds.
  static LocalControlPlane start(Path home, Workspace workspace, Children children) {
    int proxyPort = Ports.free(PROXY_PORT);
    int adminPort = Ports.free(ADMIN_PORT);
    var log = workspace.logs().resolve("control-plane.log");
    children.start("the control plane", command(home, workspace, proxyPort, adminPort), log, log);
    var url = URI.create("http://127.0.0.1:" + adminPort);
    var token =
        Patience.USUAL.until(
            () -> token(workspace, children),
            () -> "the control plane has not made its admin token; see " + log);
    var started =
        new LocalControlPlane(
            new Address("127.0.0.1", proxyPort), url, token, new AdminClient(url, token));
    Patience.USUAL.until(
        () -> started.ready(children), () -> "the control plane is not ready; see " + log);
    return started;
  }

  private static Optional<String> token(Workspace workspace, Children children) {
    children.check();
    var file = workspace.state().resolve("admin.token");
    try {
      return Files.exists(file)
          ? Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty())
          : Optional.empty();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private Optional<Boolean> ready(Children children) {
    children.check();
    try {
      return Optional.of(admin.get("/v1/status").path("ready").asBoolean()).filter(ready -> ready);
    } catch (CommandFailed notYet) {
      return Optional.empty();
    }
  }

  private static List<String> command(
      Path home, Workspace workspace, int proxyPort, int adminPort) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dtombolo.trust-domain=" + Shop.TRUST_DOMAIN,
                "-Dtombolo.state=" + workspace.state(),
                "-Dtombolo.directory=" + workspace.worlds(),
                "-Dtombolo.networks.pods.cidrs=127.0.1.0/24",
                "-Dtombolo.networks.vms.cidrs=127.0.2.0/24",
                "-Dtombolo.xds.address=127.0.0.1",
                "-Dtombolo.xds.port=" + proxyPort,
                "-Dtombolo.admin.address=127.0.0.1",
                "-Dtombolo.admin.port=" + adminPort));
    for (var gateway : Shop.GATEWAYS) {
      command.add(
          "-Dtombolo.networks.%s.gateways=%s:%d"
              .formatted(gateway.network(), gateway.address(), Shop.Gateway.PORT));
    }
    command.add("-jar");
    command.add(home.resolve("src/server/target/quarkus-app/quarkus-run.jar").toString());
    return command;
  }

  /// The address of its page for people, with what lets them in.
  String page() {
    return url + "/#token=" + token;
  }

  @Override
  public String toString() {
    return "LocalControlPlane[" + url + "]";
  }
}
