package io.tombolo.agent;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// A host with pinned roots, on which an agent can run, for tests.
record TestHost(Path dir) {
  static final Duration PATIENCE = Duration.ofSeconds(15);

  /// Pins the authority's root and leaves a join token.
  static TestHost ready(Path dir, TestAuthority authority) throws Exception {
    var host = new TestHost(dir);
    authority.pin(dir.resolve("bundle.pem"));
    host.bringToken();
    return host;
  }

  Path socket() {
    return dir.resolve("run/agent.sock");
  }

  Path token() {
    return dir.resolve("token");
  }

  void bringToken() throws Exception {
    Files.writeString(token(), TestControlPlane.TOKEN);
  }

  AgentConfig config(TestControlPlane controlPlane) {
    return new AgentConfig(
        controlPlane.address(),
        dir.resolve("bundle.pem"),
        TestAuthority.DOMAIN,
        new Attestation.JoinToken(token()),
        socket(),
        "consul/dc1/default/cart-1");
  }

  /// An agent that has joined.
  Agent joined(TestControlPlane controlPlane) throws Exception {
    var agent = Agent.start(config(controlPlane));
    agent.awaitIdentity(PATIENCE);
    return agent;
  }
}
