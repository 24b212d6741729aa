package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.tombolo.api.identity.v1.Bundle;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.identity.v1.InForce;
import io.tombolo.identity.Grant;
import io.tombolo.identity.JoinTokens;
import io.tombolo.identity.Pem;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.server.federation.Mint;
import io.tombolo.server.federation.Mint.Says;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whom the port for proxies and agents takes for one of the mesh: nobody of another trust domain,
/// also not of one that workloads may trust.
@Tag("identity")
class ForeignCallersTest {
  private static final String PARTNER = "partner.example";
  private static final SpiffeId CART =
      SpiffeId.consulService(new TrustDomain("tombolo.local"), "default", "dc1", "cart");

  private final Mint partner = Mint.of(PARTNER);
  private final Path state;
  private final Map<String, String> federated;
  private ControlPlane controlPlane;
  private Hosts hosts;

  ForeignCallersTest(@TempDir Path directory) throws IOException {
    var bundle = Files.writeString(directory.resolve("p.pem"), Pem.of(List.of(partner.root())));
    state = directory.resolve("state");
    var key = "tombolo.federation.domains.\"%s\".".formatted(PARTNER);
    federated =
        Map.of(
            key + "url",
            "https://127.0.0.1:1/",
            key + "profile",
            "https_spiffe",
            key + "endpoint-spiffe-id",
            "spiffe://" + PARTNER + "/endpoint",
            key + "bootstrap-bundle",
            bundle.toString());
    controlPlane = Configured.controlPlane(state, federated);
    hosts = Hosts.of(state, controlPlane);
  }

  @AfterEach
  void close() {
    hosts.close();
    controlPlane.close();
  }

  private Hosts.Host joined() throws Exception {
    var token =
        controlPlane
            .admin()
            .joinTokens()
            .issue(new Grant(CART, "*", "*"), JoinTokens.LONGEST, Instant.now());
    return hosts.join(token.text(), Hosts.keys());
  }

  private void refused(Hosts.Host host) {
    assertThatThrownBy(() -> hosts.renew(host))
        .as(host.leaf().toString())
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refusal ->
                assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @Test
  void an_svid_of_a_federated_trust_domain_is_refused_at_the_handshake() throws Exception {
    assertThat(controlPlane.admin().trust().trust().federated())
        .extracting(bundle -> bundle.trustDomain().name())
        .containsExactly(PARTNER);
    assertThat(hosts.renew(joined()).names()).isEqualTo(joined().names());

    for (var id : List.of("spiffe://" + PARTNER + "/ns/pay/sa/caller", CART.toString())) {
      var leaf = partner.leaf(Says.svid(id));
      refused(new Hosts.Host(leaf.keys(), List.of(leaf.certificate())));
      refused(new Hosts.Host(leaf.keys(), List.of(leaf.certificate(), partner.root())));
    }
  }

  @Test
  void an_authority_of_a_federated_trust_domain_is_refused_too() throws Exception {
    refused(new Hosts.Host(partner.keys(), List.of(partner.root())));
    var says = Says.authority("tombolo.local").named(Mint.uri(CART.toString()));
    var leaf = partner.leaf(says);
    refused(new Hosts.Host(leaf.keys(), List.of(leaf.certificate(), partner.root())));
  }

  /// Whom a host is told to trust, besides its own trust domain.
  private List<String> told(Hosts.Host host) throws Exception {
    var call =
        ClientCalls.blockingBidiStreamingCall(
            hosts.channel(host), IdentityGrpc.getWatchTrustMethod(), CallOptions.DEFAULT);
    call.write(InForce.getDefaultInstance());
    var trust = call.read(20, TimeUnit.SECONDS);
    assertThat(trust).isNotNull();
    return trust.getFederatedList().stream().map(Bundle::getTrustDomain).toList();
  }

  @Test
  void a_trust_domain_that_is_taken_out_is_told_to_hosts_no_more() throws Exception {
    controlPlane.start();
    var host = joined();
    assertThat(told(host)).containsExactly(PARTNER);
    close();

    controlPlane = Configured.controlPlane(state, Map.of());
    hosts = Hosts.of(state, controlPlane);
    controlPlane.start();

    assertThat(told(host)).isEmpty();
    close();

    controlPlane = Configured.controlPlane(state, federated);
    hosts = Hosts.of(state, controlPlane);
    controlPlane.start();
    assertThat(told(host)).containsExactly(PARTNER);
  }
}
