package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.identity.v1.InForce;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.api.identity.v1.RenewRequest;
import io.tombolo.api.identity.v1.Trust;
import io.tombolo.identity.AuditChain;
import io.tombolo.identity.AuditLine;
import io.tombolo.identity.Grant;
import io.tombolo.identity.JoinTokens;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.xds.snapshot.ResourceType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
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
  private final List<ManagedChannel> channels = new ArrayList<>();
  private ControlPlane controlPlane;

  BanTest(@TempDir Path directory) throws IOException {
    state = directory.resolve("state");
    controlPlane = Configured.controlPlane(state, Map.of());
  }

  @BeforeEach
  void start() {
    controlPlane.start();
  }

  @AfterEach
  void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    controlPlane.close();
  }

  private void restart() throws IOException {
    controlPlane.close();
    controlPlane = Configured.controlPlane(state, Map.of());
    controlPlane.start();
  }

  /// A host with its key and its SVID.
  private record Host(KeyPair keys, List<X509Certificate> chain) {}

  private static KeyPair keys() throws Exception {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static ByteString csr(KeyPair keys) throws Exception {
    var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
    var request =
        new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=host"), keys.getPublic());
    return ByteString.copyFrom(request.build(signer).getEncoded());
  }

  private static Host host(KeyPair keys, Issued issued) throws Exception {
    var chain = new ArrayList<X509Certificate>();
    for (var certificate : issued.getChainList()) {
      chain.add(
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(certificate.toByteArray())));
    }
    return new Host(keys, chain);
  }

  private ManagedChannel channel(Host... host) throws Exception {
    var tls =
        GrpcSslContexts.forClient().trustManager(new BundleTrust(state.resolve("bundle.pem")));
    for (var one : host) {
      tls.keyManager(one.keys.getPrivate(), one.chain);
    }
    var channel =
        NettyChannelBuilder.forAddress("127.0.0.1", controlPlane.port().port())
            .sslContext(tls.build())
            .build();
    channels.add(channel);
    return channel;
  }

  private String joinToken(String node) throws IOException {
    return controlPlane
        .admin()
        .joinTokens()
        .issue(new Grant(CART, node, "*"), JoinTokens.LONGEST, Instant.now())
        .text();
  }

  private Host join(String node) throws Exception {
    return join(joinToken(node), keys());
  }

  private Host join(String token, KeyPair keys) throws Exception {
    var request = AttestRequest.newBuilder().setCsr(csr(keys)).setJoinToken(token).build();
    return host(keys, IdentityGrpc.newBlockingStub(channel()).attest(request));
  }

  private Host renew(Host host) throws Exception {
    var request = RenewRequest.newBuilder().setCsr(csr(host.keys)).build();
    return host(host.keys, IdentityGrpc.newBlockingStub(channel(host)).renew(request));
  }

  private BlockingClientCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> ads(
      Host host, String node) throws Exception {
    var call =
        ClientCalls.blockingBidiStreamingCall(
            channel(host),
            AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod(),
            CallOptions.DEFAULT);
    call.write(
        DeltaDiscoveryRequest.newBuilder()
            .setNode(Node.newBuilder().setId(node))
            .setTypeUrl(ResourceType.CLUSTER.typeUrl())
            .build());
    return call;
  }

  private BlockingClientCall<InForce, Trust> bundles(Host host) throws Exception {
    BlockingClientCall<InForce, Trust> call =
        ClientCalls.blockingBidiStreamingCall(
            channel(host), IdentityGrpc.getWatchTrustMethod(), CallOptions.DEFAULT);
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
    var joined = join(token, keys());
    var renewed = renew(joined);
    assertRefused(() -> join(token, keys()), Status.Code.UNAUTHENTICATED, "used");
    assertRefused(
        () -> join("tombolo-join-1.\n\"}", keys()),
        Status.Code.UNAUTHENTICATED,
        "not a join token");

    assertThat(events()).containsExactly("joined", "renewed", "refused", "refused");
    var log = controlPlane.admin().registrar().log();
    assertThat(log.verify()).isInstanceOf(AuditChain.Result.Whole.class);
    var renewal = log.lines(2, 1).getFirst().event();
    assertThat(renewal.subject().identity()).isEqualTo(CART.toString());
    assertThat(renewal.subject().node()).isEqualTo(CART_1);
    assertThat(renewal.subject().how())
        .contains(
            "with serial " + joined.chain.getFirst().getSerialNumber().toString(16), "127.0.0.1");
    assertThat(renewal.svid()).isNotNull();
    assertThat(Files.readString(state.resolve("audit.log")))
        .contains(renewed.chain.getFirst().getSerialNumber().toString(16))
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
    assertBanned(() -> renew(host));
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
    var renewed = renew(banned);
    var pretending = ads(renewed, CART_2);
    assertServed(pretending);

    ban(CART_1);

    assertBanned(() -> ads.read(10, TimeUnit.SECONDS));
    assertBanned(() -> bundles.read(10, TimeUnit.SECONDS));
    assertBanned(() -> renew(banned));
    assertBanned(() -> renew(renewed));
    assertBanned(() -> join(CART_1));
    assertBanned(() -> pretending.read(10, TimeUnit.SECONDS));
    assertBanned(() -> ads(banned, CART_1).read(10, TimeUnit.SECONDS));
    assertBanned(() -> ads(banned, CART_2).read(10, TimeUnit.SECONDS));
    assertThat(renew(other).chain).hasSize(2);
    assertThat(controlPlane.admin().connections().all()).hasSize(1);
  }

  @Test
  void a_ban_survives_a_restart_and_ends_when_it_is_lifted() throws Exception {
    var host = join(CART_1);
    ban(CART_1);
    restart();

    assertBanned(() -> renew(host));
    assertThat(controlPlane.admin().registrar().unban(CART_1, Instant.now())).isPresent();
    assertThat(renew(host).chain).hasSize(2);
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

    assertRefused(() -> join(token, keys()), Status.Code.UNAVAILABLE, "nothing is issued");
    assertRefused(() -> renew(host), Status.Code.UNAVAILABLE, "nothing is issued");
    assertServed(ads(host, CART_1));

    Files.write(state.resolve("bans"), good);
    assertThat(join(token, keys()).chain).hasSize(2);
    assertBanned(() -> renew(host));
  }

  @Test
  void with_a_broken_log_nothing_is_issued_until_it_is_moved_away() throws Exception {
    var host = join(CART_1);
    controlPlane.close();
    var log = state.resolve("audit.log");
    Files.writeString(log, Files.readString(log).replace("cart-1", "cart-9"));
    controlPlane = Configured.controlPlane(state, Map.of());
    controlPlane.start();

    assertRefused(() -> renew(host), Status.Code.UNAVAILABLE, "nothing is issued");
    assertServed(ads(host, CART_1));
    Files.move(log, state.resolve("audit.log.broken"));
    assertThat(renew(host).chain).hasSize(2);
  }
}
