package io.tombolo.testbed;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/// A Consul agent: the one server of a datacenter, or a client agent that has joined it. Its data
/// lie in a temporary directory and survive a restart of the daemon.
public final class Consul implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Scratch data;
  private final Daemon daemon;
  private final Ports ports;
  private final Setup setup;

  /// The ports of one agent.
  record Ports(int http, int grpc, int server, int serf) {
    static Ports at(Place place) {
      return new Ports(place.freePort(), place.freePort(), place.freePort(), place.freePort());
    }
  }

  /// What kind of agent to start.
  ///
  /// @param token the management token, if ACLs deny by default
  /// @param joins where the server's gossip is reached, for a client agent
  public record Setup(
      String datacenter, String node, Place place, Optional<String> token, Optional<String> joins) {

    /// The same with ACLs on, default deny, and a management token.
    public Setup withAcls() {
      var made = Optional.of(UUID.randomUUID().toString());
      return new Setup(datacenter, node, place, made, joins);
    }

    /// Starts it and waits until it is ready.
    public Consul start() {
      return Consul.start(this);
    }
  }

  private Consul(Scratch data, Daemon daemon, Ports ports, Setup setup) {
    this.data = data;
    this.daemon = daemon;
    this.ports = ports;
    this.setup = setup;
  }

  /// A datacenter with one server.
  public static Setup server(String datacenter, Place place) {
    return new Setup(datacenter, "server", place, Optional.empty(), Optional.empty());
  }

  /// A client agent of this server's datacenter, with the server's management token.
  public Setup agent(String node, Place place) {
    var gossip = "%s:%d".formatted(daemon.place().peerAddress(), ports.serf);
    return new Setup(setup.datacenter, node, place, setup.token, Optional.of(gossip));
  }

  private static Consul start(Setup setup) {
    var data = Scratch.named("consul");
    var ports = Ports.at(setup.place);
    var config = data.write("agent.json", config(setup, ports, data));
    var daemon =
        Daemon.spec(
                "consul-" + setup.datacenter + "-" + setup.node,
                setup.place,
                Parts.installed().binary("consul").toString(),
                "agent",
                "-config-file=" + config)
            .start();
    var consul = new Consul(data, daemon, ports, setup);
    try {
      consul.awaitReady();
    } catch (RuntimeException e) {
      consul.close();
      throw e;
    }
    return consul;
  }

  private static String config(Setup setup, Ports ports, Scratch data) {
    var role =
        setup
            .joins
            .map("\"server\": false, \"retry_join\": [\"%s\"],"::formatted)
            .orElse("\"server\": true, \"bootstrap_expect\": 1,");
    var acl =
        setup
            .token
            .map(token ->
                """
                "acl": {"enabled": true, "default_policy": "deny",
                  "tokens": {"initial_management": "%s", "agent": "%s"}},
                """
                    .formatted(token, token))
            .orElse("");
    return """
    {
      %s
      %s
      "datacenter": "%s", "node_name": "%s", "data_dir": "%s",
      "bind_addr": "%s", "advertise_addr": "%s", "client_addr": "%s",
      "ports": {"http": %d, "grpc": %d, "server": %d, "serf_lan": %d,
        "serf_wan": -1, "https": -1, "grpc_tls": -1, "dns": -1},
      "connect": {"enabled": true}, "performance": {"raft_multiplier": 1},
      "leave_on_terminate": false, "disable_update_check": true, "log_level": "warn"
    }
    """
        .formatted(
            role,
            acl,
            setup.datacenter,
            setup.node,
            data.path(),
            setup.place.bindAddress(),
            setup.place.peerAddress(),
            setup.place.bindAddress(),
            ports.http,
            ports.grpc,
            ports.server,
            ports.serf);
  }

  /// Waits until it answers: a server when it leads, an agent when it has reached the server. For
  /// use after a restart; [Setup#start] has waited.
  public void awaitReady() {
    daemon.awaitReady(
        PATIENCE,
        () -> {
          var local = "http://%s:%d".formatted(daemon.place().address(), ports.http);
          var leader = authorised(HttpCall.get(local + "/v1/status/leader")).send();
          var nodes = authorised(HttpCall.get(local + "/v1/catalog/nodes")).send();
          return leader.ok()
              && leader.body().contains(":")
              && nodes.body().contains('"' + setup.node + '"');
        });
  }

  /// Sends a request with the management token, if there is one.
  ///
  /// @param path of the API, with its leading slash
  public HttpCall.Reply call(String method, String path, String body) throws IOException {
    return daemon.place().http(authorised(new HttpCall(method, url() + path, body)));
  }

  private HttpCall authorised(HttpCall call) {
    return setup.token.map(token -> call.with("X-Consul-Token", token)).orElse(call);
  }

  /// The HTTP API as the test reaches it, and at a host without a leg of the test's, as the host's
  /// own processes do.
  public String url() {
    return "http://%s:%d".formatted(daemon.place().address(), ports.http);
  }

  /// The port of the HTTP API, at every address of its place.
  public int httpPort() {
    return ports.http;
  }

  public int grpcPort() {
    return ports.grpc;
  }

  /// The management token, if it was started with ACLs.
  public Optional<String> token() {
    return setup.token;
  }

  public String datacenter() {
    return setup.datacenter;
  }

  /// Suspend, kill or restart it with this; [#awaitReady] afterwards.
  public Daemon daemon() {
    return daemon;
  }

  @Override
  public void close() {
    daemon.close();
    data.close();
  }
}
