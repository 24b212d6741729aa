package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
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
import io.tombolo.api.identity.v1.IssueJwtRequest;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.api.identity.v1.RenewRequest;
import io.tombolo.identity.Grant;
import io.tombolo.identity.JoinTokens;
import io.tombolo.mesh.identity.Pinned;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
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
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An SVID that has expired is good for its renewal within the grace, if its host is still there.
@Tag("identity")
class GraceTest {
  private static final SpiffeId CART =
      SpiffeId.consulService(new TrustDomain("tombolo.local"), "default", "dc1", "cart");
  private static final String CART_1 = "consul/dc1/default/cart-1";

  private final Path directory;
  private final Path services;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private ControlPlane controlPlane;

  GraceTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    services = Files.createDirectories(directory.resolve("worlds/consul/dc1"));
    register("cart-1", "127.0.0.1");
    controlPlane = started("1h");
  }

  private ControlPlane started(String grace) throws IOException {
    var started =
        Configured.controlPlane(
            directory.resolve("state"),
            Map.of(
                "tombolo.directory",
                directory.resolve("worlds").toString(),
                "tombolo.networks.\"vms\".cidrs",
                "127.0.0.0/8",
                "tombolo.svid.ttl",
                "2s",
                "tombolo.svid.grace",
                grace));
    started.start();
    return started;
  }

  @AfterEach
  void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    controlPlane.close();
  }

  private void register(String instance, String address) throws IOException {
    Files.writeString(
        services.resolve("cart.json"),
        """
        {"service": {"name": "cart", "id": "%s", "address": "%s", "port": 8080}}
        """
            .formatted(instance, address));
  }

  private void awaitInCatalog(String node, boolean there) {
    eventually(
        () -> controlPlane.admin().loop().model().mesh().servedBy().containsKey(node) == there);
  }

  private static void eventually(BooleanSupplier condition) {
    var end = Instant.now().plusSeconds(20);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as("in time").isBefore(end);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  /// A host with its key and its SVID.
  private record Host(KeyPair keys, List<X509Certificate> chain) {
    Host expired() {
      var end = chain.getFirst().getNotAfter().toInstant();
      eventually(() -> Instant.now().isAfter(end.plusMillis(20)));
      return this;
    }
  }

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
        GrpcSslContexts.forClient().trustManager(new Pinned(directory.resolve("state/bundle.pem")));
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

  private Host join(String node) throws Exception {
    var token =
        controlPlane
            .admin()
            .joinTokens()
            .issue(new Grant(CART, node, "*"), JoinTokens.LONGEST, Instant.now())
            .text();
    var keys = keys();
    var request = AttestRequest.newBuilder().setCsr(csr(keys)).setJoinToken(token).build();
    return host(keys, IdentityGrpc.newBlockingStub(channel()).attest(request));
  }

  private Host renew(Host host) throws Exception {
    var request = RenewRequest.newBuilder().setCsr(csr(host.keys)).build();
    return host(host.keys, IdentityGrpc.newBlockingStub(channel(host)).renew(request));
  }

  private interface Attempt {
    Object make() throws Exception;
  }

  private static <Q> Object answer(BlockingClientCall<Q, ?> call, Q request) throws Exception {
    call.write(request);
    return call.read(10, TimeUnit.SECONDS);
  }

  private static void assertRefused(Attempt attempt, Status.Code code, String... words) {
    assertThatThrownBy(attempt::make)
        .hasMessageContainingAll(words)
        .extracting(refused -> Status.fromThrowable(refused).getCode())
        .isEqualTo(code);
  }

  @Test
  void an_expired_svid_of_a_host_that_is_still_there_is_renewed() throws Exception {
    awaitInCatalog(CART_1, true);
    var named = join(CART_1);
    var unnamed = join("*");

    assertThat(renew(named.expired()).chain).hasSize(2);
    assertThat(renew(unnamed.expired()).chain).hasSize(2);
  }

  @Test
  void it_is_good_for_nothing_else() throws Exception {
    awaitInCatalog(CART_1, true);
    var channel = channel(join(CART_1).expired());
    var ads =
        ClientCalls.blockingBidiStreamingCall(
            channel,
            AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod(),
            CallOptions.DEFAULT);
    var trust =
        ClientCalls.blockingBidiStreamingCall(
            channel, IdentityGrpc.getWatchTrustMethod(), CallOptions.DEFAULT);
    var stub = IdentityGrpc.newBlockingStub(channel);

    assertRefused(
        () -> answer(ads, DeltaDiscoveryRequest.getDefaultInstance()),
        Status.Code.UNAUTHENTICATED,
        "its renewal only");
    assertRefused(
        () -> answer(trust, InForce.getDefaultInstance()),
        Status.Code.UNAUTHENTICATED,
        "its renewal only");
    assertRefused(
        () -> stub.issueJwt(IssueJwtRequest.newBuilder().addAudience("web").build()),
        Status.Code.UNAUTHENTICATED,
        "its renewal only");
  }

  @Test
  void a_host_that_left_the_catalog_is_refused() throws Exception {
    awaitInCatalog(CART_1, true);
    var named = join(CART_1);
    var unnamed = join("*");
    register("cart-2", "127.0.0.9");
    awaitInCatalog(CART_1, false);

    assertRefused(
        () -> renew(named.expired()),
        Status.Code.UNAUTHENTICATED,
        CART_1 + " is in the catalog no more",
        "tombolo token");
    assertRefused(
        () -> renew(unnamed.expired()),
        Status.Code.UNAUTHENTICATED,
        "no instance of " + CART + " has the address 127.0.0.1");
  }

  @Test
  void a_banned_host_is_refused() throws Exception {
    awaitInCatalog(CART_1, true);
    var host = join(CART_1);
    var ban = controlPlane.admin().registrar().ban(CART_1, "stolen", Instant.now());

    assertRefused(
        () -> renew(host.expired()), Status.Code.PERMISSION_DENIED, ban.subject(), "stolen");
  }

  @Test
  void it_is_still_renewed_after_a_restart_and_not_after_the_grace() throws Exception {
    awaitInCatalog(CART_1, true);
    var host = join(CART_1).expired();
    controlPlane.close();
    controlPlane = started("1h");
    awaitInCatalog(CART_1, true);
    var renewed = renew(host).expired();

    controlPlane.close();
    controlPlane = started("0s");
    awaitInCatalog(CART_1, true);
    assertRefused(() -> renew(renewed), Status.Code.UNAVAILABLE, "UNAVAILABLE");
    assertThat(controlPlane.admin().registrar().log().lines(-1, 1).getFirst().event().svid())
        .as("of the last line, which is no refusal: the handshake failed")
        .isNotNull();
  }

  @Test
  void a_grace_without_bounds_is_refused_by_name() {
    assertThatThrownBy(() -> started("31d"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tombolo.svid.grace");
  }
}
