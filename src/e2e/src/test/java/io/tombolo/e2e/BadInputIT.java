package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.tombolo.agent.AgentMain;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.identity.v1.KubernetesProof;
import io.tombolo.api.identity.v1.RenewRequest;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Daemon;
import io.tombolo.testbed.Network;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What the control plane's port says to those who do not belong, and that nobody else notices.
@Tag("spine")
@ExtendWith(TwoWorldsExtension.class)
class BadInputIT {
  private static final ByteString NOT_A_CSR = ByteString.copyFromUtf8("-----BEGIN");

  private final TwoWorlds worlds;
  private final ManagedChannel channel;

  BadInputIT(TwoWorlds worlds) throws Exception {
    this.worlds = worlds;
    // This client does not care whom it talks to: the server's refusals are the subject.
    this.channel =
        NettyChannelBuilder.forAddress(worlds.topology().infra().address(), ControlPlane.XDS_PORT)
            .sslContext(
                GrpcSslContexts.forClient()
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .build())
            .overrideAuthority("tombolo")
            .build();
  }

  @AfterEach
  void everythingStillWorks() {
    channel.shutdownNow();
    assertThat(worlds.controlPlane().get("status").path("ready").asBoolean()).isTrue();
    worlds.awaitAllApplied();
  }

  @Test
  void a_stream_without_certificate_is_refused() throws Exception {
    var ended = new CompletableFuture<Status>();
    var requests =
        AggregatedDiscoveryServiceGrpc.newStub(channel)
            .deltaAggregatedResources(
                new StreamObserver<DeltaDiscoveryResponse>() {
                  @Override
                  public void onNext(DeltaDiscoveryResponse response) {
                    ended.complete(Status.OK);
                  }

                  @Override
                  public void onError(Throwable cause) {
                    ended.complete(Status.fromThrowable(cause));
                  }

                  @Override
                  public void onCompleted() {
                    ended.complete(Status.OK);
                  }
                });
    requests.onNext(DeltaDiscoveryRequest.getDefaultInstance());

    var status = ended.get(10, TimeUnit.SECONDS);
    assertThat(status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(status.getDescription()).contains("client certificate");
  }

  @Test
  void renewal_without_certificate_is_refused() {
    assertRefused(
        Status.Code.UNAUTHENTICATED,
        "client certificate",
        () ->
            IdentityGrpc.newBlockingStub(channel)
                .renew(RenewRequest.newBuilder().setCsr(NOT_A_CSR).build()));
  }

  @Test
  void a_request_without_proof_is_refused() {
    assertRefused(
        Status.Code.UNAUTHENTICATED,
        "proof",
        () ->
            IdentityGrpc.newBlockingStub(channel)
                .attest(AttestRequest.newBuilder().setCsr(NOT_A_CSR).build()));
  }

  @Test
  void a_forged_join_token_is_refused() {
    assertRefused(
        Status.Code.UNAUTHENTICATED,
        "is not known here",
        () -> join("tombolo-join-1." + "A".repeat(43)));
  }

  @Test
  void a_join_token_is_good_once_even_if_the_csr_was_hostile() {
    var token = worlds.controlPlane().token("service", "consul/dc1/default/vault");

    assertRefused(Status.Code.INVALID_ARGUMENT, "csr", () -> join(token));
    assertRefused(Status.Code.UNAUTHENTICATED, "used", () -> join(token));
  }

  @Test
  void a_service_account_token_for_another_audience_is_refused() {
    var token = worlds.kubernetes().token("web", "somebody-else");

    assertRefused(Status.Code.UNAUTHENTICATED, "audience", () -> attest(token));
  }

  @Test
  void a_service_account_token_that_is_none_is_refused() {
    assertRefused(Status.Code.UNAUTHENTICATED, "service_account_token", () -> attest("e30.e30.x"));
  }

  @Test
  void an_agent_says_why_it_was_refused() throws Exception {
    var files = Files.createDirectories(worlds.directory().resolve("refused"));
    var token = worlds.kubernetes().token("web", "somebody-else");
    try (var agent =
        Daemon.java(
                "agent-refused",
                worlds.the("web").host(),
                AgentMain.class,
                "--control-plane",
                worlds.topology().infra().address(Network.PODS) + ":" + ControlPlane.XDS_PORT,
                "--bundle",
                worlds.controlPlane().bundle().toString(),
                "--trust-domain",
                TwoWorlds.TRUST_DOMAIN,
                "--node",
                worlds.the("web").node(),
                "--socket",
                files.resolve("run/agent.sock").toString(),
                "--cluster",
                "cluster-1",
                "--kubernetes-token-file",
                Files.writeString(files.resolve("token"), token).toString())
            .start()) {
      Await.until(
          "the agent says why", Duration.ofSeconds(30), () -> agent.log().contains("audience"));
      assertThat(agent.log()).doesNotContain(token);
    }
    assertThat(worlds.controlPlane().daemon().log()).contains("Refused").doesNotContain(token);
  }

  private void join(String token) {
    IdentityGrpc.newBlockingStub(channel)
        .attest(AttestRequest.newBuilder().setCsr(NOT_A_CSR).setJoinToken(token).build());
  }

  private void attest(String token) {
    IdentityGrpc.newBlockingStub(channel)
        .attest(
            AttestRequest.newBuilder()
                .setCsr(NOT_A_CSR)
                .setKubernetes(
                    KubernetesProof.newBuilder()
                        .setCluster("cluster-1")
                        .setServiceAccountToken(token))
                .build());
  }

  private static void assertRefused(Status.Code code, String text, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused -> {
              assertThat(refused.getStatus().getCode()).isEqualTo(code);
              assertThat(refused.getStatus().getDescription()).contains(text);
            });
  }
}
