package io.tombolo.cli;

import io.tombolo.agent.Address;
import io.tombolo.agent.AgentConfig;
import io.tombolo.agent.AgentOptions;
import io.tombolo.agent.EnvoyBootstrap;
import io.tombolo.agent.EnvoyBootstrap.Admin;
import io.tombolo.agent.ProxyNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// The options of `tombolo agent` about the Envoy that it runs.
final class ProxyOptions {
  @Option(names = "--envoy", description = "Run Envoy too, and end with it.")
  private boolean wanted;

  @Option(
      names = "--network",
      paramLabel = "NETWORK",
      description = "The network that Envoy is in; needed with --envoy.")
  private String network = "";

  @Option(names = "--zone", paramLabel = "ZONE", description = "The zone that it is in.")
  private String zone = "";

  @Option(
      names = "--upstream",
      paramLabel = "SERVICE[:PORT]=ADDRESS:PORT",
      description =
          "A service that the application calls, and the loopback address where it finds it. May be"
              + " repeated.")
  private List<String> upstreams = new ArrayList<>();

  @Option(
      names = "--admin",
      paramLabel = "ADDRESS:PORT",
      description =
          "Envoy's admin interface, on loopback (default: admin.sock beside the agent's socket).")
  private String admin = "";

  boolean wanted() {
    return wanted;
  }

  /// @throws IllegalArgumentException if an option is missing or wrong; the message names it
  AgentOptions.Envoy of(AgentConfig agent) {
    if (network.isEmpty()) {
      throw new IllegalArgumentException("--envoy needs --network");
    }
    var id = agent.nodeId();
    var node =
        new ProxyNode(
            id,
            id.substring(id.lastIndexOf('/') + 1),
            network,
            zone,
            upstreams.stream().map(AgentOptions::upstream).toList());
    return new AgentOptions.Envoy(node, adminOf(agent), EnvoyBootstrap.Ads.DELTA);
  }

  private Admin adminOf(AgentConfig agent) {
    if (admin.isEmpty()) {
      return new Admin.UnixSocket(agent.socket().toAbsolutePath().resolveSibling("admin.sock"));
    }
    var at = Address.parse("--admin", admin);
    return new Admin.Loopback(at.host(), at.port());
  }
}
