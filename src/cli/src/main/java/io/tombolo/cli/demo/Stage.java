package io.tombolo.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.agent.Agent;
import io.tombolo.agent.AgentConfig;
import io.tombolo.agent.Attestation;
import io.tombolo.agent.EnvoyBootstrap;
import io.tombolo.agent.ProxyNode;
import io.tombolo.cli.CommandFailed;
import io.tombolo.mesh.scope.Upstream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;

/// Everything that runs for the demo: control plane, agents, proxies, applications. What it started
/// it ends, once, whoever closes it first.
final class Stage implements AutoCloseable {
  private static final Duration TO_JOIN = Duration.ofSeconds(60);

  private final Workspace workspace;
  private final Children children = new Children();
  private final Deque<AutoCloseable> parts = new ConcurrentLinkedDeque<>();
  private final Map<String, Sidecar> sidecars = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  Stage(Workspace workspace) {
    this.workspace = workspace;
  }

  LocalControlPlane controlPlane(Path home) {
    var started = LocalControlPlane.start(home, workspace, children);
    parts.push(started.admin());
    return started;
  }

  /// Gives every member and gateway an agent with an identity of its own. There is no Kubernetes
  /// here that could vouch for the pods, so that they join by token as VMs do.
  int agents(LocalControlPlane controlPlane) {
    var agents = new ArrayList<Agent>();
    for (var member : Shop.MEMBERS) {
      var token = token(controlPlane, "service", member.service().toString());
      agents.add(agent(controlPlane, member.name(), member.node(), token));
    }
    for (var gateway : Shop.GATEWAYS) {
      var token = token(controlPlane, "gateway", gateway.network());
      agents.add(agent(controlPlane, gateway.name(), gateway.node(), token));
    }
    agents.forEach(Stage::awaitIdentity);
    return agents.size();
  }

  private static void awaitIdentity(Agent agent) {
    try {
      agent.awaitIdentity(TO_JOIN);
    } catch (IllegalStateException notJoined) {
      throw new CommandFailed("an agent could not join: " + notJoined.getMessage(), notJoined);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new CommandFailed("interrupted", stopped);
    }
  }

  private static String token(LocalControlPlane controlPlane, String kind, String bearer) {
    return controlPlane
        .admin()
        .post("/v1/tokens", Map.of(kind, bearer, "ttlSeconds", 300))
        .path("token")
        .asText();
  }

  private Agent agent(LocalControlPlane controlPlane, String name, String node, String token) {
    var config =
        new AgentConfig(
            controlPlane.proxies(),
            workspace.state().resolve("bundle.pem"),
            Shop.TRUST_DOMAIN,
            new Attestation.JoinToken(workspace.write(name + ".token", token)),
            workspace.socket(name),
            node);
    try {
      var agent = Agent.start(config);
      parts.push(agent);
      return agent;
    } catch (IOException unstartable) {
      throw new CommandFailed(
          "the agent of %s cannot start: %s".formatted(name, unstartable.getMessage()),
          unstartable);
    }
  }

  int applications() {
    Shop.MEMBERS.forEach(member -> parts.push(Application.start(member)));
    return Shop.MEMBERS.size();
  }

  /// Starts the proxies and waits until each has applied everything.
  long proxies(Path envoy, LocalControlPlane controlPlane) {
    for (var member : Shop.MEMBERS) {
      var node = node(member.name(), member.node(), member.network(), member.upstreams());
      start(envoy, controlPlane, node);
    }
    for (var gateway : Shop.GATEWAYS) {
      var node = node(gateway.name(), gateway.node(), gateway.network(), List.of());
      start(envoy, controlPlane, node);
    }
    return Patience.USUAL.until(
        () -> applied(controlPlane),
        () -> "the proxies have not got their configuration; see " + workspace.logs());
  }

  private static ProxyNode node(String name, String id, String network, List<Upstream> upstreams) {
    return new ProxyNode(id, name, network, "", upstreams);
  }

  private void start(Path envoy, LocalControlPlane controlPlane, ProxyNode node) {
    var name = node.cluster();
    var bootstrap =
        new EnvoyBootstrap(
            node,
            controlPlane.proxies(),
            Shop.TRUST_DOMAIN,
            workspace.socket(name),
            new EnvoyBootstrap.Admin.Loopback("127.0.0.1", 0),
            EnvoyBootstrap.Ads.DELTA);
    sidecars.put(name, Sidecar.start(envoy, bootstrap, name, workspace, children));
  }

  private Optional<Long> applied(LocalControlPlane controlPlane) {
    children.check();
    if (!sidecars.values().stream().allMatch(Sidecar::ready)) {
      return Optional.empty();
    }
    var page = controlPlane.admin().get("/v1/proxies");
    long revision = page.path("revision").asLong();
    return appliedByAll(page, revision) ? Optional.of(revision) : Optional.empty();
  }

  /// Has every proxy of the stage applied this revision?
  ///
  /// @throws CommandFailed if one has refused something
  boolean appliedByAll(JsonNode page, long revision) {
    var proxies = page.path("proxies");
    for (var proxy : proxies) {
      for (var type : proxy.path("types")) {
        if (!type.path("refused").isEmpty()) {
          throw new CommandFailed(
              "proxy %s has refused %s: %s"
                  .formatted(
                      proxy.path("node").asText(),
                      type.path("type").asText(),
                      type.path("refused")));
        }
      }
    }
    return proxies.size() == sidecars.size()
        && proxies.valueStream().allMatch(proxy -> proxy.path("applied").asLong() >= revision);
  }

  /// The proxy of a member, by its name, or of a gateway.
  Sidecar sidecar(String name) {
    return Optional.ofNullable(sidecars.get(name)).orElseThrow();
  }

  Workspace workspace() {
    return workspace;
  }

  /// @throws CommandFailed if a process has ended by itself
  void check() {
    children.check();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      for (var part : parts) {
        try {
          part.close();
        } catch (Exception alreadyBroken) {
          System.getLogger(Stage.class.getName())
              .log(System.Logger.Level.WARNING, "closing " + part, alreadyBroken);
        }
      }
      children.close();
    }
  }
}
