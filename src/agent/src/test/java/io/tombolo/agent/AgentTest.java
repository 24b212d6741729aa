package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tombolo.api.identity.v1.InForce;
import io.tombolo.api.identity.v1.Trust;
import io.tombolo.mesh.identity.TrustDomain;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AgentTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  @TempDir Path dir;
  private TestAuthority authority;

  @BeforeEach
  void an_authority_is_pinned_and_a_token_is_there() throws Exception {
    authority = TestAuthority.create("first");
    authority.pin(dir.resolve("bundle.pem"));
    Files.writeString(dir.resolve("token"), TestControlPlane.TOKEN + "\n");
  }

  private AgentConfig config(Address controlPlane) {
    return config(controlPlane, new Attestation.JoinToken(dir.resolve("token")));
  }

  private AgentConfig config(Address controlPlane, Attestation attestation) {
    return new AgentConfig(
        controlPlane,
        dir.resolve("bundle.pem"),
        TestAuthority.DOMAIN,
        attestation,
        dir.resolve("run/sds.sock"),
        "consul/dc1/default/cart-1");
  }

  private static void eventually(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void a_join_token_gives_an_svid_that_is_served_with_its_key_on_a_private_socket()
      throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var agent = Agent.start(config(controlPlane.address()));
        var sds = new SdsClient(dir.resolve("run/sds.sock"))) {
      assertThat(agent.awaitIdentity(PATIENCE)).hasToString(TestControlPlane.WORKLOAD);

      var tls = SdsClient.secret(sds.fetch("default")).getTlsCertificate();
      assertThat(tls.getPrivateKey().getInlineBytes().toStringUtf8()).contains("PRIVATE KEY");
      assertThat(tls.getCertificateChain().getInlineBytes().toStringUtf8())
          .contains("BEGIN CERTIFICATE");
      assertThat(Files.getPosixFilePermissions(dir.resolve("run"))).hasSize(3);
      assertThat(Files.getPosixFilePermissions(dir.resolve("run/sds.sock"))).hasSize(2);
    }
    assertThat(dir.resolve("run/sds.sock")).doesNotExist();
  }

  @Test
  void whoever_subscribes_before_there_is_an_svid_waits_for_it() throws Exception {
    Files.delete(dir.resolve("token"));
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var agent = Agent.start(config(controlPlane.address()));
        var sds = new SdsClient(dir.resolve("run/sds.sock"))) {
      var waiting = sds.stream("default");
      var delta = sds.delta("default");
      assertThat(waiting.silent()).isTrue();
      assertThat(agent.lastFailure()).contains("token").contains("does not exist");

      Files.writeString(dir.resolve("token"), TestControlPlane.TOKEN);
      assertThat(SdsClient.secret(waiting.next()).hasTlsCertificate()).isTrue();
      assertThat(SdsClient.secret(delta.next()).hasTlsCertificate()).isTrue();
    }
  }

  @Test
  @Tag("spine")
  void a_renewed_svid_with_a_new_key_is_pushed_to_both_kinds_of_streams() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, Duration.ofSeconds(3));
        var _ = Agent.start(config(controlPlane.address()));
        var sds = new SdsClient(dir.resolve("run/sds.sock"))) {
      var stream = sds.stream("default");
      var delta = sds.delta("default");
      var first = stream.next();
      var firstDelta = delta.next();
      var second = stream.next();
      var secondDelta = delta.next();

      assertThat(second.getVersionInfo()).isNotEqualTo(first.getVersionInfo());
      assertThat(SdsClient.secret(second).getTlsCertificate().getPrivateKey())
          .isNotEqualTo(SdsClient.secret(first).getTlsCertificate().getPrivateKey());
      assertThat(secondDelta.getResources(0).getVersion())
          .isNotEqualTo(firstDelta.getResources(0).getVersion());
      assertThat(controlPlane.attested).hasSize(1);
      assertThat(controlPlane.renewed).isNotEmpty();
    }
  }

  @Test
  void an_acknowledged_secret_is_not_sent_again() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var agent = Agent.start(config(controlPlane.address()));
        var sds = new SdsClient(dir.resolve("run/sds.sock"))) {
      agent.awaitIdentity(PATIENCE);
      var stream = sds.stream("default", "ROOTCA");
      var answer = stream.next();
      assertThat(answer.getResourcesCount()).isEqualTo(2);
      stream
          .requests()
          .onNext(
              DiscoveryRequest.newBuilder()
                  .addResourceNames("default")
                  .addResourceNames("ROOTCA")
                  .setVersionInfo(answer.getVersionInfo())
                  .setResponseNonce(answer.getNonce())
                  .build());
      assertThat(stream.silent()).isTrue();
    }
  }

  @Test
  void a_new_bundle_is_pushed_and_one_of_another_trust_domain_is_not() throws Exception {
    var second = TestAuthority.create("second");
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = Agent.start(config(controlPlane.address()));
        var sds = new SdsClient(dir.resolve("run/sds.sock"))) {
      var stream = sds.stream("ROOTCA");
      var pinned = stream.next();
      eventually(controlPlane::watched);

      controlPlane.announce(authority.bundle().toBuilder().setTrustDomain("evil.test").build());
      controlPlane.announce(authority.bundle(second.root()));
      var pushed = SdsClient.secret(stream.next()).getValidationContext().getTrustedCa();

      assertThat(pushed.getInlineBytes().toStringUtf8())
          .isEqualTo(SpiffeCertificates.toPem(List.of(authority.root(), second.root())));
      assertThat(pushed)
          .isNotEqualTo(SdsClient.secret(pinned).getValidationContext().getTrustedCa());
    }
  }

  @Test
  @Tag("identity")
  void each_trust_domain_has_roots_of_its_own_and_the_bundle_of_ours_has_no_others()
      throws Exception {
    var partner = TestAuthority.create("partner");
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = Agent.start(config(controlPlane.address()));
        var sds = new SdsClient(dir.resolve("run/sds.sock"))) {
      var stream = sds.stream("ROOTCA-by-trust-domain");
      stream.next();
      eventually(controlPlane::watched);
      var theirs = partner.bundle().toBuilder();
      var trust =
          Trust.newBuilder()
              .setOwn(authority.bundle())
              .addFederated(theirs.clone().setTrustDomain("partner.example"))
              .addFederated(theirs.clone().setTrustDomain("empty.example").clearRoots())
              .addFederated(theirs.clone().setTrustDomain("Not a trust domain"));

      controlPlane.announce(trust.build());

      var context = SdsClient.secret(stream.next()).getValidationContext();
      assertThat(context.hasTrustedCa()).isFalse();
      assertThat(context.getCustomValidatorConfig().getName())
          .isEqualTo("envoy.tls.cert_validator.spiffe");
      var validator =
          context
              .getCustomValidatorConfig()
              .getTypedConfig()
              .unpack(SPIFFECertValidatorConfig.class);
      assertThat(validator.getTrustDomainsList())
          .extracting(
              one -> one.getName(), one -> one.getTrustBundle().getInlineBytes().toStringUtf8())
          .containsExactly(
              tuple(
                  TestAuthority.DOMAIN.name(), SpiffeCertificates.toPem(List.of(authority.root()))),
              tuple("partner.example", SpiffeCertificates.toPem(List.of(partner.root()))));
      var own = SdsClient.secret(sds.stream("ROOTCA").next()).getValidationContext();
      assertThat(own.getTrustedCa().getInlineBytes().toStringUtf8())
          .isEqualTo(SpiffeCertificates.toPem(List.of(authority.root())));
    }
  }

  @Test
  @Tag("identity")
  void the_roots_of_a_trust_domain_that_is_taken_out_are_taken_from_the_proxy() throws Exception {
    var partner = TestAuthority.create(new TrustDomain("partner.example"), "partner");
    var withPartner = Trust.newBuilder().setOwn(authority.bundle()).addFederated(partner.bundle());
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = Agent.start(config(controlPlane.address()));
        var sds = new SdsClient(dir.resolve("run/sds.sock"))) {
      var stream = sds.stream("ROOTCA-by-trust-domain");
      var before = SdsClient.secret(stream.next());
      eventually(controlPlane::watched);

      controlPlane.announce(withPartner.build());
      assertThat(SdsClient.secret(stream.next()).toString()).contains("partner.example");
      controlPlane.announce(withPartner.clearFederated().build());

      assertThat(SdsClient.secret(stream.next())).isEqualTo(before);
    }
  }

  @Test
  @Tag("identity")
  void what_is_in_force_is_told_when_the_proxy_has_acknowledged_it() throws Exception {
    var second = TestAuthority.create("second");
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var agent = Agent.start(config(controlPlane.address()));
        var sds = new SdsClient(dir.resolve("run/sds.sock"))) {
      agent.awaitIdentity(PATIENCE);
      var stream = sds.stream("default", "ROOTCA");
      var first = stream.next();
      controlPlane.awaitWatch();
      acknowledge(stream, first);
      awaitInForce(controlPlane, said -> !said.getSerial().isEmpty() && said.getSequence() == 0);

      controlPlane.announce(authority.bundle(second.root()).toBuilder().setSequence(7).build());
      var next = stream.next();
      assertThat(controlPlane.inForce).isEmpty();
      refuse(stream, first, next, "no room");
      awaitInForce(
          controlPlane, said -> said.getRefusal().equals("no room") && said.getSequence() == 0);
      acknowledge(stream, next);
      awaitInForce(controlPlane, said -> said.getSequence() == 7 && said.getRefusal().isEmpty());
    }
  }

  @Test
  @Tag("identity")
  void an_older_bundle_than_the_one_in_force_is_not_taken() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = Agent.start(config(controlPlane.address()));
        var sds = new SdsClient(dir.resolve("run/sds.sock"))) {
      var stream = sds.stream("ROOTCA");
      stream.next();
      controlPlane.awaitWatch();
      var more = authority.bundle(TestAuthority.create("second").root());

      controlPlane.announce(more.toBuilder().setSequence(7).build());
      controlPlane.announce(authority.bundle().toBuilder().setSequence(6).build());
      stream.next();

      assertThat(stream.silent()).isTrue();
    }
  }

  @Test
  @Tag("identity")
  void an_svid_whose_root_retires_is_renewed_at_once() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var agent = Agent.start(config(controlPlane.address()))) {
      agent.awaitIdentity(PATIENCE);
      controlPlane.awaitWatch();

      controlPlane.announce(
          Trust.newBuilder()
              .setOwn(authority.bundle())
              .addRetiring(SpiffeCertificates.fingerprint(authority.root()))
              .build());

      eventually(() -> !controlPlane.renewed.isEmpty());
    }
  }

  private static void acknowledge(
      SdsClient.Stream<DiscoveryRequest, DiscoveryResponse> stream, DiscoveryResponse answer) {
    stream.requests().onNext(taken(answer, answer.getNonce()).build());
  }

  private static void refuse(
      SdsClient.Stream<DiscoveryRequest, DiscoveryResponse> stream,
      DiscoveryResponse kept,
      DiscoveryResponse refused,
      String why) {
    stream
        .requests()
        .onNext(
            taken(kept, refused.getNonce())
                .setErrorDetail(com.google.rpc.Status.newBuilder().setCode(3).setMessage(why))
                .build());
  }

  private static DiscoveryRequest.Builder taken(DiscoveryResponse kept, String nonce) {
    return DiscoveryRequest.newBuilder()
        .addResourceNames("default")
        .addResourceNames("ROOTCA")
        .setVersionInfo(kept.getVersionInfo())
        .setResponseNonce(nonce);
  }

  private static void awaitInForce(TestControlPlane controlPlane, Predicate<InForce> wanted)
      throws InterruptedException {
    InForce said;
    do {
      said = controlPlane.inForce.poll(15, TimeUnit.SECONDS);
      assertThat(said).as("what is in force").isNotNull();
    } while (!wanted.test(said));
  }

  @Test
  @Tag("spine")
  void a_server_with_a_valid_certificate_of_another_identity_is_refused() throws Exception {
    try (var other = TestControlPlane.startAs(authority, TestControlPlane.WORKLOAD);
        var agent = Agent.start(config(other.address()))) {
      eventually(() -> !agent.lastFailure().isEmpty());
      assertThat(agent.lastFailure())
          .contains("the server is " + TestControlPlane.WORKLOAD)
          .contains(TestControlPlane.SELF);
      assertThat(other.attested).isEmpty();
    }
  }

  @Test
  @Tag("spine")
  void a_server_whose_root_is_not_pinned_is_refused() throws Exception {
    try (var foreign = TestControlPlane.start(TestAuthority.create("foreign"), HOUR);
        var agent = Agent.start(config(foreign.address()))) {
      eventually(() -> !agent.lastFailure().isEmpty());
      assertThat(agent.lastFailure()).contains("does not lead to a root of the bundle");
      assertThat(foreign.attested).isEmpty();
    }
  }

  @Test
  void without_a_pinned_bundle_it_does_not_start() throws Exception {
    Files.delete(dir.resolve("bundle.pem"));
    assertThatThrownBy(() -> Agent.start(config(new Address("127.0.0.1", 1))))
        .hasMessageContaining("bundle.pem")
        .hasMessageContaining("does not start");
    assertThat(dir.resolve("run")).doesNotExist();
  }

  @Test
  @Tag("spine")
  void another_workloads_secret_is_refused_and_other_streams_go_on() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, Duration.ofSeconds(3));
        var _ = Agent.start(config(controlPlane.address()));
        var sds = new SdsClient(dir.resolve("run/sds.sock"))) {
      var good = sds.stream("default");
      good.next();
      var foreign = "spiffe://mesh.test/ns/shop/sa/payments";

      assertThat(sds.stream(foreign).refusal()).isEqualTo(Status.Code.PERMISSION_DENIED);
      assertThat(sds.delta("default", foreign).refusal()).isEqualTo(Status.Code.PERMISSION_DENIED);
      assertThat(sds.stream("tls-of-payments").refusal()).isEqualTo(Status.Code.NOT_FOUND);
      assertThatThrownBy(() -> sds.fetch(foreign))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("its own workload only");
      assertThat(SdsClient.secret(good.next()).hasTlsCertificate()).isTrue();
    }
  }

  @Test
  @Tag("spine")
  void while_the_control_plane_is_away_the_old_svid_is_served_and_then_renewed() throws Exception {
    var ttl = Duration.ofSeconds(6);
    var controlPlane = TestControlPlane.start(authority, ttl);
    var address = controlPlane.address();
    try (var agent = Agent.start(config(address));
        var sds = new SdsClient(dir.resolve("run/sds.sock"))) {
      agent.awaitIdentity(PATIENCE);
      var before = sds.fetch("default");
      controlPlane.close();
      eventually(() -> !agent.lastFailure().isEmpty());
      assertThat(sds.fetch("default")).isEqualTo(before);

      try (var _ = TestControlPlane.startAt(authority, ttl, address.port())) {
        eventually(() -> !sds.fetch("default").equals(before));
      }
    }
  }

  @Test
  void an_expired_svid_is_replaced_by_showing_the_kubernetes_token_again() throws Exception {
    var proof = new Attestation.KubernetesToken("east", dir.resolve("token"));
    var controlPlane = TestControlPlane.start(authority, Duration.ofSeconds(2));
    var address = controlPlane.address();
    try (var agent = Agent.start(config(address, proof))) {
      agent.awaitIdentity(PATIENCE);
      controlPlane.close();
      eventually(() -> agent.expires().orElseThrow().isBefore(java.time.Instant.now()));
      try (var back = TestControlPlane.startAt(authority, HOUR, address.port())) {
        eventually(() -> !back.attested.isEmpty());
        assertThat(back.attested.getFirst().getKubernetes().getCluster()).isEqualTo("east");
      }
    }
  }

  @Test
  @Tag("spine")
  void the_key_is_neither_in_the_request_nor_in_any_log() throws Exception {
    var logged = Collections.synchronizedList(new ArrayList<String>());
    var logger = Logger.getLogger("");
    var handler = keeping(logged);
    logger.addHandler(handler);
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var agent = Agent.start(config(controlPlane.address()));
        var sds = new SdsClient(dir.resolve("run/sds.sock"));
        var workload = WorkloadClient.open(dir.resolve("run/sds.sock"))) {
      agent.awaitIdentity(PATIENCE);
      sds.stream("spiffe://mesh.test/x").refusal();
      workload.svids().next();
      workload.call("FetchX509SVIDs").refusal();
      var pem =
          SdsClient.secret(sds.fetch("default"))
              .getTlsCertificate()
              .getPrivateKey()
              .getInlineBytes()
              .toStringUtf8();
      var secretLine = Arrays.asList(pem.split("\n")).get(1);

      var csr = controlPlane.attested.getFirst().getCsr();
      assertThat(TestAuthority.csr(csr).getSubject().toString()).isEmpty();
      assertThat(new String(csr.toByteArray(), StandardCharsets.ISO_8859_1))
          .doesNotContain(secret(pem));
      assertThat(String.join("\n", logged))
          .contains("SVID of " + TestControlPlane.WORKLOAD)
          .doesNotContain(secretLine)
          .doesNotContain("PRIVATE KEY")
          .doesNotContain(TestControlPlane.TOKEN);
    } finally {
      logger.removeHandler(handler);
    }
  }

  /// The private number itself, as bytes in a string: after its header in PKCS#8.
  private static String secret(String pem) {
    var body = pem.replaceAll("-----[A-Z ]+-----", "");
    var der = java.util.Base64.getMimeDecoder().decode(body);
    int start = 36;
    return new String(der, start, 31, StandardCharsets.ISO_8859_1);
  }

  private static Handler keeping(List<String> logged) {
    var handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            logged.add(new java.util.logging.SimpleFormatter().formatMessage(entry));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    handler.setLevel(Level.ALL);
    return handler;
  }

  @Test
  void a_stale_socket_is_replaced_and_one_in_use_is_not() throws Exception {
    var config = config(new Address("127.0.0.1", 1));
    Files.createDirectories(dir.resolve("run"));
    var listener = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX);
    listener.bind(java.net.UnixDomainSocketAddress.of(config.socket()));
    assertThatThrownBy(() -> Agent.start(config)).hasMessageContaining("another process");
    listener.close();
    try (var _ = Agent.start(config);
        var sds = new SdsClient(config.socket())) {
      assertThat(sds.fetch("ROOTCA").getResourcesCount()).isEqualTo(1);
    }
  }
}
