package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.Bundle;
import io.tombolo.api.identity.v1.ConsulProof;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.identity.v1.IssueJwtRequest;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.api.identity.v1.KubernetesProof;
import io.tombolo.identity.Grant;
import io.tombolo.identity.JoinTokens;
import io.tombolo.mesh.identity.HostileJwts;
import io.tombolo.mesh.identity.Pinned;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// JWT-SVIDs from the control plane: for whom the certificate of the connection names, and nobody
/// else; and a token proves nothing to the control plane itself.
@Tag("identity")
class IssueJwtTest {
  private static final SpiffeId CART =
      SpiffeId.consulService(new TrustDomain("tombolo.local"), "default", "dc1", "cart");
  private static final String CART_1 = "consul/dc1/default/cart-1";
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Path state;
  private final KeyPair keys = HostileJwts.newKeys();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private ControlPlane controlPlane;

  IssueJwtTest(@TempDir Path directory) throws IOException {
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

  private void restart(Map<String, String> configuration) throws IOException {
    controlPlane.close();
    controlPlane = Configured.controlPlane(state, configuration);
    controlPlane.start();
  }

  private ByteString csr() throws Exception {
    var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
    var request = new JcaPKCS10CertificationRequestBuilder(new X500Name(""), keys.getPublic());
    return ByteString.copyFrom(request.build(signer).getEncoded());
  }

  private IdentityGrpc.IdentityBlockingStub stub(List<X509Certificate> chain) throws Exception {
    var tls = GrpcSslContexts.forClient().trustManager(new Pinned(state.resolve("bundle.pem")));
    if (!chain.isEmpty()) {
      tls.keyManager(keys.getPrivate(), chain.toArray(X509Certificate[]::new));
    }
    var channel =
        NettyChannelBuilder.forAddress("127.0.0.1", controlPlane.port().port())
            .sslContext(tls.build())
            .build();
    channels.add(channel);
    return IdentityGrpc.newBlockingStub(channel);
  }

  /// What is issued to a host that joins, and its certificates.
  private record Joined(Issued issued, List<X509Certificate> chain) {
    Bundle bundle() {
      return issued.getTrust().getOwn();
    }

    Instant end() {
      return chain.getFirst().getNotAfter().toInstant();
    }
  }

  private Joined join() throws Exception {
    var token =
        controlPlane
            .admin()
            .joinTokens()
            .issue(new Grant(CART, CART_1, "*"), JoinTokens.LONGEST, Instant.now());
    var request = AttestRequest.newBuilder().setCsr(csr()).setJoinToken(token.text()).build();
    var issued = stub(List.of()).attest(request);
    var chain = new ArrayList<X509Certificate>();
    for (var der : issued.getChainList()) {
      chain.add(
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der.toByteArray())));
    }
    return new Joined(issued, chain);
  }

  private String jwt(Joined host, String... audience) throws Exception {
    var request = IssueJwtRequest.newBuilder().addAllAudience(List.of(audience)).build();
    return stub(host.chain()).issueJwt(request).getToken();
  }

  private static String part(String token, int part) {
    var json = Base64.getUrlDecoder().decode(token.split("\\.", -1)[part]);
    return new String(json, StandardCharsets.UTF_8);
  }

  private static boolean verifies(String token, Bundle bundle) throws Exception {
    int dot = token.lastIndexOf('.');
    for (var key : bundle.getJwtKeysList()) {
      var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initVerify(
          KeyFactory.getInstance("EC")
              .generatePublic(new X509EncodedKeySpec(key.getPublicKey().toByteArray())));
      signature.update(token.substring(0, dot).getBytes(StandardCharsets.US_ASCII));
      if (part(token, 0).contains("\"kid\":\"%s\"".formatted(key.getId()))
          && signature.verify(Base64.getUrlDecoder().decode(token.substring(dot + 1)))) {
        return true;
      }
    }
    return false;
  }

  private static long expires(String token) {
    return Long.parseLong(part(token, 1).replaceFirst(".*\"exp\":([0-9]+),.*", "$1"));
  }

  private static void assertRefused(Callable<?> attempt, Status.Code code, String... words) {
    assertThatThrownBy(attempt::call)
        .hasMessageContainingAll(words)
        .extracting(refused -> Status.fromThrowable(refused).getCode())
        .isEqualTo(code);
  }

  private String log() throws IOException {
    return Files.readString(state.resolve("audit.log"));
  }

  @Test
  void it_is_for_the_identity_of_the_certificate_and_verifies_by_the_bundle_told()
      throws Exception {
    var host = join();
    var before = Instant.now().getEpochSecond();

    var token = jwt(host, "billing");

    assertThat(part(token, 1))
        .startsWith("{\"aud\":[\"billing\"],\"exp\":")
        .endsWith("\"sub\":\"%s\"}".formatted(CART));
    assertThat(expires(token)).isBetween(before + 300, Instant.now().getEpochSecond() + 300);
    assertThat(verifies(token, host.bundle())).isTrue();
    assertThat(log())
        .contains("\"event\":\"jwt\",\"identity\":\"%s\",\"node\":\"%s\"".formatted(CART, CART_1))
        .contains("for billing")
        .doesNotContain(token.split("\\.", -1));
  }

  @Test
  void keys_survive_a_restart_and_a_lifetime_is_configured() throws Exception {
    var host = join();
    restart(Map.of("tombolo.jwt.ttl", "30s"));
    var before = Instant.now().getEpochSecond();

    var token = jwt(host, "billing");

    assertThat(verifies(token, host.bundle())).isTrue();
    assertThat(expires(token)).isBetween(before + 30, Instant.now().getEpochSecond() + 30);
    assertThat(join().bundle()).isEqualTo(host.bundle());
  }

  @Test
  void it_does_not_hold_longer_than_the_certificate() throws Exception {
    restart(Map.of("tombolo.svid.ttl", "60s"));
    var host = join();
    assertThat(expires(jwt(host, "billing"))).isEqualTo(host.end().getEpochSecond());
  }

  @Test
  void a_lifetime_out_of_bounds_stops_the_start() {
    controlPlane.close();
    for (var ttl : List.of("9s", "61m")) {
      assertThatThrownBy(() -> restart(Map.of("tombolo.jwt.ttl", ttl)))
          .hasMessageContaining("tombolo.jwt.ttl");
    }
  }

  @Test
  void without_an_audience_or_with_one_out_of_bounds_the_argument_is_invalid() throws Exception {
    var host = join();
    for (var wrong : List.of(List.<String>of(), List.of(""), List.of("x".repeat(1025)))) {
      assertRefused(
          () -> jwt(host, wrong.toArray(String[]::new)),
          Status.Code.INVALID_ARGUMENT,
          "audience: ");
    }
  }

  @Test
  void who_is_banned_gets_none_at_once() throws Exception {
    var host = join();
    assertThat(jwt(host, "billing")).isNotEmpty();
    for (var subject : List.of(CART.toString(), CART_1)) {
      var ban = controlPlane.admin().registrar().ban(subject, "stolen", Instant.now());
      assertRefused(() -> jwt(host, "billing"), Status.Code.PERMISSION_DENIED, "stolen");
      assertThat(controlPlane.admin().registrar().unban(subject, Instant.now())).contains(ban);
    }
  }

  @Test
  void with_a_broken_log_none_is_issued() throws Exception {
    var host = join();
    controlPlane.close();
    Files.writeString(state.resolve("audit.log"), log().replace("cart-1", "cart-9"));
    restart(Map.of());
    assertRefused(() -> jwt(host, "billing"), Status.Code.UNAVAILABLE, "nothing is issued");
  }

  /// Neither as a proof, nor in place of the certificate.
  @Test
  void a_jwt_proves_nothing_to_the_control_plane() throws Exception {
    var host = join();
    var tokens = new ArrayList<String>();
    tokens.add(jwt(host, "tombolo"));
    tokens.add(jwt(host, SpiffeId.controlPlane(CART.trustDomain()).toString()));
    var other = HostileJwts.newKeys();
    var issuer =
        new HostileJwts.Issuer(
            keys,
            host.bundle().getJwtKeys(0).getId(),
            other,
            "other",
            CART.toString(),
            "tombolo",
            Instant.now());
    HostileJwts.all(issuer).forEach(token -> tokens.add(token.text()));
    assertThat(tokens).hasSizeGreaterThan(200);
    var anonymous = stub(List.of());
    var csr = csr();
    var accepted = new ArrayList<String>();
    for (var token : tokens) {
      for (var proof : proofs(csr, token)) {
        var code = code(() -> anonymous.attest(proof));
        if (code != Status.Code.UNAUTHENTICATED) {
          accepted.add(code + " for " + proof.getProofCase() + " " + token);
        }
      }
      if (token.chars().allMatch(c -> c >= ' ' && c < 127) && token.length() < 4000) {
        var bearer = new Metadata();
        bearer.put(AUTHORIZATION, "Bearer " + token);
        var caller = anonymous.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(bearer));
        var code =
            code(
                () -> caller.issueJwt(IssueJwtRequest.newBuilder().addAudience("tombolo").build()));
        if (code != Status.Code.UNAUTHENTICATED) {
          accepted.add(code + " for bearer " + token);
        }
      }
    }
    assertThat(accepted).isEmpty();
    assertThat(jwt(host, "billing")).isNotEmpty();
    assertThat(log()).doesNotContain("eyJ");
  }

  private static List<AttestRequest> proofs(ByteString csr, String token) {
    var request = AttestRequest.newBuilder().setCsr(csr);
    return List.of(
        request.setJoinToken(token).build(),
        request.setJoinToken("tombolo-join-1." + token).build(),
        request.setKubernetes(KubernetesProof.newBuilder().setServiceAccountToken(token)).build(),
        request.setConsul(ConsulProof.newBuilder().setAclToken(token)).build());
  }

  private static Status.Code code(Callable<?> call) {
    try {
      return call.call() == null ? Status.Code.UNKNOWN : Status.Code.OK;
    } catch (Exception refused) {
      return Status.fromThrowable(refused).getCode();
    }
  }
}
