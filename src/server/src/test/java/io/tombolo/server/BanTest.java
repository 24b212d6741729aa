package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.identity.v1.InForce;
import io.tombolo.api.identity.v1.Trust;
import io.tombolo.identity.AuditChain;
import io.tombolo.identity.AuditLine;
import io.tombolo.identity.Grant;
import io.tombolo.identity.JoinTokens;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.xds.snapshot.ResourceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who is banned gets no certificate and no stream; what happened is in the audit log.
@Tag("identity")
class BanTest {
  private static final SpiffeId CART =
      SpiffeId.consulService(new TrustDomain("tombolo.local"), "default", "dc1", "cart");
  private static final String CART_1 = "consul/dc1/default/cart-1";
  private static final String CART_2 = "consul/dc1/default/cart-2";

  private final Path state;
  private ControlPlane controlPlane;
  private Hosts hosts;

  BanTest(@TempDir Path directory) throws IOException {
    state = directory.resolve("state");
    controlPlane = Configured.controlPlane(state, Map.of());
    hosts = Hosts.of(state, controlPlane);
  }

  @BeforeEach
  void start() {
    controlPlane.start();
  }

  @AfterEach
  void close() {
    hosts.close();
    controlPlane.close();
  }

  private void restart() throws IOException {
    close();
    controlPlane = Configured.controlPlane(state, Map.of());
    hosts = Hosts.of(state, controlPlane);
    controlPlane.start();
  }

  private String joinToken(String node) throws IOException {
    return controlPlane
        .admin()
        .joinTokens()
        .issue(new Grant(CART, node, "*"), JoinTokens.LONGEST, Instant.now())
        .text();
  }

  private Hosts.Host join(String node) throws Exception {
    return hosts.join(joinToken(node), Hosts.keys());
  }

  private BlockingClientCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> ads(
      Hosts.Host host, String node) throws Exception {
    var call =
        ClientCalls.blockingBidiStreamingCall(
            hosts.channel(host),
            AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod(),
            CallOptions.DEFAULT);
    call.write(
        DeltaDiscoveryRequest.newBuilder()
            .setNode(Node.newBuilder().setId(node))
            .setTypeUrl(ResourceType.CLUSTER.typeUrl())
            .build());
    return call;
  }

  private BlockingClientCall<InForce, Trust> bundles(Hosts.Host host) throws Exception {
    BlockingClientCall<InForce, Trust> call =
        ClientCalls.blockingBidiStreamingCall(
            hosts.channel(host), IdentityGrpc.getWatchTrustMethod(), CallOptions.DEFAULT);
    call.write(InForce.getDefaultInstance());
    return call;
  }

  private static void assertServed(BlockingClientCall<?, ?> call) throws Exception {
    assertThat(call.read(10, TimeUnit.SECONDS)).isNotNull();
  }

  private interface Attempt {
    Object make() throws Exception;
  }

  private static void assertBanned(Attempt attempt) {
    assertRefused(attempt, Status.Code.PERMISSION_DENIED, "is banned since", "stolen");
  }

  private static void assertRefused(Attempt attempt, Status.Code code, String... words) {
    assertThatThrownBy(attempt::make)
        .hasMessageContainingAll(words)
        .extracting(refused -> Status.fromThrowable(refused).getCode())
        .isEqualTo(code);
  }

  private void ban(String subject) throws IOException {
    var ban = controlPlane.admin().registrar().ban(subject, "stolen", Instant.now());
    assertThat(ban.subject()).isEqualTo(subject);
  }

  private List<String> events() throws IOException {
    return controlPlane.admin().registrar().log().lines(1, 1000).stream()
        .map(line -> line.event().kind().word())
        .toList();
  }

  private AuditLine lastLine() throws IOException {
    return controlPlane.admin().registrar().log().lines(-1, 1).getFirst();
  }

  @Test
  void joining_renewing_and_refusals_are_in_the_log_and_no_secret_is() throws Exception {
    var token = joinToken(CART_1);
    var joined = hosts.join(token, Hosts.keys());
    var renewed = hosts.renew(joined);
    assertRefused(() -> hosts.join(token, Hosts.keys()), Status.Code.UNAUTHENTICATED, "used");
    assertRefused(
        () -> hosts.join("tombolo-join-1.\n\"}", Hosts.keys()),
        Status.Code.UNAUTHENTICATED,
        "not a join token");

    assertThat(events()).containsExactly("joined", "renewed", "refused", "refused");
    var log = controlPlane.admin().registrar().log();
    assertThat(log.verify()).isInstanceOf(AuditChain.Result.Whole.class);
    var renewal = log.lines(2, 1).getFirst().event();
    assertThat(renewal.subject().identity()).isEqualTo(CART.toString());
    assertThat(renewal.subject().node()).isEqualTo(CART_1);
    assertThat(renewal.subject().how())
        .contains("with serial " + joined.leaf().getSerialNumber().toString(16), "127.0.0.1");
    assertThat(renewal.svid()).isNotNull();
    assertThat(Files.readString(state.resolve("audit.log")))
        .contains(renewed.leaf().getSerialNumber().toString(16))
        .doesNotContain(token.substring(token.indexOf('.') + 1));
  }

  @Test
  void a_banned_identity_neither_joins_nor_renews_and_its_streams_end() throws Exception {
    var host = join("*");
    var other = join(CART_2);
    var ads = ads(host, CART_1);
    var bundles = bundles(other);
    assertServed(ads);
    assertServed(bundles);

    long before = System.nanoTime();
    ban(CART.toString());

    assertBanned(() -> ads.read(10, TimeUnit.SECONDS));
    assertBanned(() -> bundles.read(10, TimeUnit.SECONDS));
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
    assertBanned(() -> join(CART_1));
    assertBanned(() -> join("*"));
    assertBanned(() -> hosts.renew(host));
    assertThat(lastLine().event().reason()).contains("is banned since", "stolen");
    assertBanned(() -> ads(host, CART_1).read(10, TimeUnit.SECONDS));
    assertBanned(() -> bundles(host).read(10, TimeUnit.SECONDS));
    assertThat(controlPlane.admin().connections().all()).isEmpty();
  }

  @Test
  void a_banned_node_is_refused_and_another_of_the_same_identity_is_not() throws Exception {
    var banned = join(CART_1);
    var other = join(CART_2);
    var ads = ads(banned, CART_1);
    var bundles = bundles(banned);
    var others = ads(other, CART_2);
    assertServed(ads);
    assertServed(bundles);
    assertServed(others);
    var renewed = hosts.renew(banned);
    var pretending = ads(renewed, CART_2);
    assertServed(pretending);

    ban(CART_1);

    assertBanned(() -> ads.read(10, TimeUnit.SECONDS));
    assertBanned(() -> bundles.read(10, TimeUnit.SECONDS));
    assertBanned(() -> hosts.renew(banned));
    assertBanned(() -> hosts.renew(renewed));
    assertBanned(() -> join(CART_1));
    assertBanned(() -> pretending.read(10, TimeUnit.SECONDS));
    assertBanned(() -> ads(banned, CART_1).read(10, TimeUnit.SECONDS));
    assertBanned(() -> ads(banned, CART_2).read(10, TimeUnit.SECONDS));
    assertThat(hosts.renew(other).chain()).hasSize(2);
    assertThat(controlPlane.admin().connections().all()).hasSize(1);
  }

  @Test
  void a_ban_survives_a_restart_and_ends_when_it_is_lifted() throws Exception {
    var host = join(CART_1);
    ban(CART_1);
    restart();

    assertBanned(() -> hosts.renew(host));
    assertThat(controlPlane.admin().registrar().unban(CART_1, Instant.now())).isPresent();
    assertThat(hosts.renew(host).chain()).hasSize(2);
    assertThat(events()).containsExactly("joined", "banned", "refused", "unbanned", "renewed");
  }

  @Test
  void with_bans_that_cannot_be_read_nothing_is_issued_and_no_token_is_used_up() throws Exception {
    var host = join(CART_1);
    ban(CART_1);
    byte[] good = Files.readAllBytes(state.resolve("bans"));
    Files.writeString(state.resolve("bans"), "damaged");
    restart();
    var token = joinToken(CART_2);

    assertRefused(
        () -> hosts.join(token, Hosts.keys()), Status.Code.UNAVAILABLE, "nothing is issued");
    assertRefused(() -> hosts.renew(host), Status.Code.UNAVAILABLE, "nothing is issued");
    assertServed(ads(host, CART_1));

    Files.write(state.resolve("bans"), good);
    assertThat(hosts.join(token, Hosts.keys()).chain()).hasSize(2);
    assertBanned(() -> hosts.renew(host));
  }

  @Test
  void with_a_broken_log_nothing_is_issued_until_it_is_moved_away() throws Exception {
    var host = join(CART_1);
    close();
    var log = state.resolve("audit.log");
    Files.writeString(log, Files.readString(log).replace("cart-1", "cart-9"));
    controlPlane = Configured.controlPlane(state, Map.of());
    hosts = Hosts.of(state, controlPlane);
    controlPlane.start();

    assertRefused(() -> hosts.renew(host), Status.Code.UNAVAILABLE, "nothing is issued");
    assertServed(ads(host, CART_1));
    Files.move(log, state.resolve("audit.log.broken"));
    assertThat(hosts.renew(host).chain()).hasSize(2);
  }
}
