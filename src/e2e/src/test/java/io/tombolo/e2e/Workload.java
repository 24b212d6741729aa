package io.tombolo.e2e;

import io.tombolo.agent.AgentMain;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Daemon;
import io.tombolo.testbed.Host;
import io.tombolo.testbed.HttpCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A host with an agent and the Envoy that it starts, beside an application or as a mesh gateway.
///
/// @param node the proxy's `node.id`
/// @param agent the agent's process, Envoy below it
/// @param files where the agent has its socket, and Envoy its bootstrap and log
record Workload(String name, Host host, String node, Daemon agent, Path files) {
  static final String ENVOY_ADMIN = "127.0.0.1:15000";

  /// How to start one.
  ///
  /// @param proof the option that names the kind of token, and the token
  /// @param network as the control plane calls it
  /// @param upstreams `SERVICE[:PORT]=ADDRESS:PORT`
  record Plan(
      String name,
      Host host,
      String node,
      String controlPlane,
      Path bundle,
      String trustDomain,
      List<String> proof,
      String token,
      String network,
      List<String> upstreams) {

    Workload start(Path directory) {
      try {
        var own = Files.createDirectories(directory.resolve(name));
        var tokenFile = Files.writeString(own.resolve("token"), token);
        var files = own.resolve("run");
        return new Workload(name, host, node, daemon(files, tokenFile).start(), files);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private Daemon.Spec daemon(Path files, Path tokenFile) {
      var arguments =
          new ArrayList<>(
              List.of(
                  "--control-plane",
                  controlPlane,
                  "--bundle",
                  bundle.toString(),
                  "--trust-domain",
                  trustDomain,
                  "--node",
                  node,
                  "--socket",
                  files.resolve("agent.sock").toString(),
                  "--envoy",
                  "--admin",
                  ENVOY_ADMIN,
                  "--network",
                  network));
      for (var option : proof) {
        arguments.add(option.equals("TOKEN") ? tokenFile.toString() : option);
      }
      upstreams.forEach(upstream -> arguments.addAll(List.of("--upstream", upstream)));
      return Daemon.java("agent-" + name, host, AgentMain.class, arguments.toArray(String[]::new));
    }
  }

  /// Waits until Envoy has everything that it needs.
  Workload awaitReady() {
    agent.awaitReady(Duration.ofSeconds(60), () -> host.http(HttpCall.get(admin("/ready"))).ok());
    return this;
  }

  /// Reads Envoy's admin interface.
  String envoy(String path) {
    try {
      return host.http(HttpCall.get(admin(path))).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Freezes Envoy, not its agent.
  void freezeProxy() {
    signalProxy("STOP");
  }

  void thawProxy() {
    signalProxy("CONT");
  }

  private void signalProxy(String signal) {
    var proxy =
        ProcessHandle.of(agent.pid()).orElseThrow().children().findFirst().orElseThrow().pid();
    var _ = host.run("kill", "-" + signal, Long.toString(proxy));
  }

  /// Everything that Envoy has logged, the access log among it.
  String proxyLog() {
    try {
      return Files.readString(files.resolve("envoy.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The value of one counter or gauge of Envoy.
  long stat(String name) {
    return envoy(
            "/stats?filter="
                + URLEncoder.encode("^" + Pattern.quote(name) + "$", StandardCharsets.UTF_8))
        .lines()
        .filter(line -> line.startsWith(name + ": "))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 2).strip()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("Envoy has no " + name));
  }

  void awaitStat(String name, long least) {
    Await.until(
        "%s of %s reaches %d".formatted(name, this.name, least),
        Duration.ofSeconds(30),
        () -> stat(name) >= least);
  }

  private static String admin(String path) {
    return "http://" + ENVOY_ADMIN + path;
  }
}
