package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.identity.v1.RenewRequest;
import io.tombolo.identity.Grant;
import io.tombolo.identity.HostileRequests;
import io.tombolo.identity.JoinTokens;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.testbed.KubeApiserver;
import io.tombolo.testbed.TestbedExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Whoever has no right to an identity gets none at the real port, whatever they send: no request
/// of many is granted, none makes the control plane fail, and honest hosts join afterwards.
@Tag("identity")
@ExtendWith(TestbedExtension.class)
class HostileAttestationTest {
  private static final String CLUSTER = "cluster-1";
  private static final TrustDomain DOMAIN = new TrustDomain("tombolo.local");
  private static final SpiffeId CART = SpiffeId.consulService(DOMAIN, "default", "dc1", "cart");

  private final KubeApiserver apiserver;
  private final ControlPlane controlPlane;
  private final Hosts hosts;
  private final Log log = Log.heard();

  HostileAttestationTest(KubeApiserver apiserver, @TempDir Path directory) throws IOException {
    this.apiserver = apiserver;
    var state = directory.resolve("state");
    controlPlane =
        Configured.controlPlane(
            state,
            Map.of(
                "tombolo.kubernetes.\"%s\".kubeconfig".formatted(CLUSTER),
                apiserver.kubeconfig().toString()));
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
    log.close();
  }

  private String joinToken() throws IOException {
    return controlPlane
        .admin()
        .joinTokens()
        .issue(new Grant(CART, "consul/dc1/default/cart-1", "*"), JoinTokens.LONGEST, Instant.now())
        .text();
  }

  /// What came of each, by what is wrong with it.
  private record Answers(Map<String, Status> all) {
    void assertAll(Set<Status.Code> allowed) {
      var others = new LinkedHashMap<>(all);
      others.values().removeIf(status -> allowed.contains(status.getCode()));
      assertThat(others).as("answered other than with " + allowed).isEmpty();
    }

    Map<Status.Code, Integer> counted() {
      var counts = new EnumMap<Status.Code, Integer>(Status.Code.class);
      all.values().forEach(status -> counts.merge(status.getCode(), 1, Integer::sum));
      return counts;
    }
  }

  private static Answers answers(
      IdentityGrpc.IdentityBlockingStub stub, Map<String, AttestRequest> requests) {
    var answers = new LinkedHashMap<String, Status>();
    requests.forEach((what, request) -> {
      try {
        var _ = stub.attest(request);
        answers.put(what, Status.OK);
      } catch (StatusRuntimeException refused) {
        answers.put(what, refused.getStatus());
      }
    });
    return new Answers(answers);
  }

  private void assertUnharmed(String what, Answers answers) throws Exception {
    System.out.printf("%s: %d sent, %s%n", what, answers.all.size(), answers.counted());
    assertThat(log.failures()).as("failures in the log").isEmpty();
    assertThat(log.texts()).allMatch(text -> text.length() < 4000);
    assertThat(hosts.join(joinToken(), Hosts.keys()).chain()).as("an honest host").hasSize(2);
    assertThat(controlPlane.admin().registrar().closed(Instant.now())).isEmpty();
  }

  private IdentityGrpc.IdentityBlockingStub stranger() throws Exception {
    return IdentityGrpc.newBlockingStub(hosts.channel());
  }

  @Test
  void no_hostile_join_token_is_accepted() throws Exception {
    var good = joinToken();
    var csr = Hosts.csr(Hosts.keys());
    var requests = new LinkedHashMap<String, AttestRequest>();
    HostileTokens.ofForm(good, Hosts.keys())
        .forEach((what, token) -> requests.put(what, Hosts.joining(csr, token)));
    var answers = answers(stranger(), requests);

    assertThat(requests).hasSizeGreaterThan(100);
    answers.assertAll(Set.of(Status.Code.UNAUTHENTICATED));
    assertThat(hosts.join(good, Hosts.keys()).chain()).as("none used up the token").hasSize(2);
    assertUnharmed("hostile join tokens", answers);
  }

  @Test
  void no_hostile_service_account_token_is_accepted() throws Exception {
    var pods = Pods.in(apiserver, "hostile");
    pods.account("cart");
    pods.pod("cart-1", "cart", "node-1");
    var good = pods.token("cart", "cart-1", "tombolo");
    var csr = Hosts.csr(Hosts.keys());
    var requests = new LinkedHashMap<String, AttestRequest>();
    HostileTokens.ofServiceAccount(good, Hosts.keys(), apiserver.accountKeys())
        .forEach((what, token) -> requests.put(what, Hosts.attesting(csr, CLUSTER, token)));
    requests.put("as a join token", Hosts.joining(csr, good));
    requests.put("a join token", Hosts.attesting(csr, CLUSTER, joinToken()));
    requests.put("an administrator's", Hosts.attesting(csr, CLUSTER, apiserver.adminToken()));
    requests.put(
        "for another audience",
        Hosts.attesting(csr, CLUSTER, pods.token("cart", "cart-1", "vault")));
    for (var cluster : new String[] {"", " ", "cluster-2", "Cluster-1", "../x", "\n", "é"}) {
      requests.put("of cluster \"%s\"".formatted(cluster), Hosts.attesting(csr, cluster, good));
    }
    var stranger = stranger();
    assertThat(stranger.attest(Hosts.attesting(csr, CLUSTER, good)).getChainCount()).isEqualTo(2);
    var answers = answers(stranger, requests);

    assertThat(requests).hasSizeGreaterThan(200);
    answers.assertAll(Set.of(Status.Code.UNAUTHENTICATED));
    assertUnharmed("hostile service-account tokens", answers);
  }

  @Test
  void no_hostile_request_for_a_certificate_is_granted_with_a_good_token() throws Exception {
    var requests = new LinkedHashMap<String, AttestRequest>();
    for (var csr : HostileRequests.all().entrySet()) {
      requests.put(csr.getKey(), Hosts.joining(ByteString.copyFrom(csr.getValue()), joinToken()));
    }
    var answers = answers(stranger(), requests);

    assertThat(requests).hasSizeGreaterThan(200);
    answers.assertAll(Set.of(Status.Code.INVALID_ARGUMENT));
    assertUnharmed("hostile requests with a token", answers);
  }

  @Test
  void no_hostile_request_for_a_certificate_renews_one() throws Exception {
    var host = hosts.join(joinToken(), Hosts.keys());
    var stub = Hosts.identity(hosts.channel(host));
    var answers = new LinkedHashMap<String, Status>();
    for (var csr : HostileRequests.all().entrySet()) {
      var request = RenewRequest.newBuilder().setCsr(ByteString.copyFrom(csr.getValue())).build();
      try {
        var _ = stub.renew(request);
        answers.put(csr.getKey(), Status.OK);
      } catch (StatusRuntimeException refused) {
        answers.put(csr.getKey(), refused.getStatus());
      }
    }

    new Answers(answers).assertAll(Set.of(Status.Code.INVALID_ARGUMENT));
    assertUnharmed("hostile renewals", new Answers(answers));
  }
}
