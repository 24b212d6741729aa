package io.tombolo.agent;

import io.tombolo.mesh.scope.Upstream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// All that an agent process does: one workload's agent, and its Envoy if it is to start one.
public record AgentOptions(AgentConfig agent, Optional<Envoy> envoy) {
  /// The Envoy beside the agent. Its bootstrap (`envoy.json`) and its log (`envoy.log`) are put in
  /// the directory of the agent's socket.
  public record Envoy(ProxyNode node, EnvoyBootstrap.Admin admin, EnvoyBootstrap.Ads ads) {}

  /// Runs until the process is told to end, or Envoy ends.
  ///
  /// @param environment where Envoy is looked for, see [ProxyLauncher#found]
  /// @return the exit code of Envoy; without one it returns only when interrupted
  public int run(Map<String, String> environment) throws IOException, InterruptedException {
    var launcher = envoy.map(_ -> ProxyLauncher.found(environment, 1));
    try (var running = Agent.start(agent)) {
      onTermination(running);
      if (launcher.isEmpty()) {
        new CountDownLatch(1).await();
      }
      try (var proxy = launch(launcher.orElseThrow(), envoy.orElseThrow())) {
        onTermination(proxy);
        return proxy.await();
      }
    }
  }

  private LaunchedProxy launch(ProxyLauncher launcher, Envoy envoy) throws IOException {
    var socket = agent.socket().toAbsolutePath();
    Path bootstrap = socket.resolveSibling("envoy.json");
    new EnvoyBootstrap(
            envoy.node(),
            agent.controlPlane(),
            agent.trustDomain(),
            socket,
            envoy.admin(),
            envoy.ads())
        .write(bootstrap);
    return launcher.start(bootstrap, socket.resolveSibling("envoy.log"));
  }

  private static void onTermination(Agent running) {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(running::close));
  }

  private static void onTermination(LaunchedProxy proxy) {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(proxy::close));
  }

  /// An upstream written as `SERVICE[:PORT]=HOST:PORT`.
  ///
  /// @throws IllegalArgumentException if it is not one
  public static Upstream upstream(String text) {
    int equals = text.lastIndexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException(
          "--upstream must be SERVICE[:PORT]=HOST:PORT, as in shop/cart:8080=127.0.0.1:9001");
    }
    var listen = Address.parse("the address of --upstream", text.substring(equals + 1));
    var service = text.substring(0, equals);
    int colon = service.lastIndexOf(':');
    boolean hasPort = colon > 0 && service.substring(colon + 1).matches("[0-9]{1,5}");
    return hasPort
        ? new Upstream(
            service.substring(0, colon),
            Integer.parseInt(service.substring(colon + 1)),
            listen.host(),
            listen.port())
        : new Upstream(service, 0, listen.host(), listen.port());
  }
}
