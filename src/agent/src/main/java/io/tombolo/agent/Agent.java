package io.tombolo.agent;

import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.tombolo.api.identity.v1.IssueJwtRequest;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustBundle;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The agent of one workload on its host: it keeps an SVID whose key is in memory only, and serves
/// it on a Unix socket: to Envoy by SDS, to the application by the SPIFFE Workload API.
/// Thread-safe.
///
/// While the control plane is away it keeps trying and serves what it has.
public final class Agent implements AutoCloseable {
  private final CountDownLatch closed;
  private final CountDownLatch joined;
  private final Keyring keyring;
  private final Joining joining;
  private final TrustWatch watch;
  private final AgentSocket socket;

  private Agent(AgentConfig config, TrustBundle pinned) throws IOException {
    var state = config.state().map(files -> SealedState.of(config, files));
    closed = new CountDownLatch(1);
    joined = new CountDownLatch(1);
    keyring = new Keyring(pinned, InstantSource.system());
    keyring.subscribe(() -> keyring.svid().ifPresent(_ -> joined.countDown()));
    joining = new Joining(config, keyring, closed);
    watch = new TrustWatch(config, keyring, closed);
    socket = AgentSocket.open(config.socket(), services(config, keyring));
    state.ifPresent(kept -> resume(kept, pinned));
  }

  private void resume(SealedState state, TrustBundle pinned) {
    state
        .load(pinned)
        .ifPresent(kept -> {
          var _ = keyring.adopt(kept.trust());
          joining.resume(kept.svid());
        });
    Thread.ofVirtual().name("state").start(new Keeping(keyring, state, pinned, closed));
  }

  private static List<ServerServiceDefinition> services(AgentConfig config, Keyring keyring) {
    var clock = InstantSource.system();
    var jwts = new JwtSvids((as, request) -> issuedJwt(config, keyring, as, request), clock);
    return List.of(
        new SdsService(keyring).bindService(),
        ServerInterceptors.intercept(new WorkloadApi(keyring, jwts, clock), new SecurityHeader()));
  }

  private static String issuedJwt(
      AgentConfig config, Keyring keyring, Svid as, IssueJwtRequest request) throws IOException {
    try (var controlPlane = ControlPlane.connect(config.controlPlane(), keyring::bundle, as)) {
      return controlPlane.issueJwt(request).getToken();
    }
  }

  /// Opens the socket and begins to join; does not wait for the SVID.
  ///
  /// @throws IllegalArgumentException if the trust bundle or the socket's path cannot be used
  /// @throws IOException if the socket cannot be opened
  public static Agent start(AgentConfig config) throws IOException {
    var agent = new Agent(config, Bundles.pinned(config.trustDomain(), config.bundleFile()));
    Thread.ofVirtual().name("svid").start(agent.joining);
    Thread.ofVirtual().name("bundle").start(agent.watch);
    return agent;
  }

  /// Waits for the first SVID.
  ///
  /// @throws IllegalStateException if there is none in time; the message says why
  public SpiffeId awaitIdentity(Duration patience) throws InterruptedException {
    if (!joined.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          "no SVID after %d s: %s".formatted(patience.toSeconds(), joining.lastFailure()));
    }
    return identity().orElseThrow();
  }

  /// Whose SVID is served, once there is one.
  public Optional<SpiffeId> identity() {
    return keyring.svid().map(Svid::identity);
  }

  /// When the SVID that is served ends, once there is one.
  public Optional<Instant> expires() {
    return keyring.svid().map(Svid::expires);
  }

  /// Why the last try to get an SVID failed; empty if it did not.
  public String lastFailure() {
    return joining.lastFailure();
  }

  @Override
  public void close() {
    closed.countDown();
    keyring.answered();
    socket.close();
  }
}
