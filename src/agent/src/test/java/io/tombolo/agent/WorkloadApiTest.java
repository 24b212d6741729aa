package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.tombolo.api.identity.v1.Trust;
import io.tombolo.api.workload.X509SVID;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.X509Svid;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the SPIFFE Workload API specification demands of its X.509 profile.
@Tag("identity")
@Timeout(60)
class WorkloadApiTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String DOMAIN_ID = "spiffe://mesh.test";
  @TempDir Path dir;
  private TestAuthority authority;
  private TestHost host;

  @BeforeEach
  void a_host_is_ready() throws Exception {
    authority = TestAuthority.create("first");
    host = TestHost.ready(dir, authority);
  }

  private static List<X509Certificate> read(ByteString der) throws Exception {
    return SpiffeCertificates.fromPem(der.newInput());
  }

  /// Section 4.3: receiving a request generates a response, without delay.
  @Test
  void a_request_is_answered_at_once() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = host.joined(controlPlane);
        var client = WorkloadClient.open(host.socket())) {
      assertThat(client.svids().next()).isEqualTo(client.svids().next());
      assertThat(client.bundles().next()).isEqualTo(client.bundles().next());
    }
  }

  /// Section 4.3: the full set in every message, sent when something changes it.
  @Test
  void every_answer_has_everything_and_comes_when_something_changes() throws Exception {
    var second = TestAuthority.create("second");
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = host.joined(controlPlane);
        var client = WorkloadClient.open(host.socket())) {
      var svids = client.svids();
      var bundles = client.bundles();
      var first = svids.next().getSvids(0);
      bundles.next();
      controlPlane.awaitWatch();

      controlPlane.announce(authority.bundle(second.root()));

      var both = SpiffeCertificates.toDer(List.of(authority.root(), second.root()));
      assertThat(svids.next().getSvidsList())
          .containsExactly(first.toBuilder().setBundle(both).build());
      assertThat(bundles.next().getBundlesMap()).containsOnlyKeys(DOMAIN_ID).containsValue(both);
    }
  }

  /// Section 4.3, and 5.2.1.
  @Test
  void a_new_svid_is_sent_at_once_with_its_own_key_and_the_bundle() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, Duration.ofSeconds(3));
        var _ = host.joined(controlPlane);
        var client = WorkloadClient.open(host.socket())) {
      var svids = client.svids();
      var bundles = client.bundles();
      bundles.next();
      var before = svids.next().getSvids(0);
      var after = svids.next().getSvids(0);

      assertThat(after.getX509SvidKey()).isNotEqualTo(before.getX509SvidKey());
      assertThat(after.getBundle()).isEqualTo(before.getBundle());
      assertThat(after.getSpiffeId()).isEqualTo(before.getSpiffeId());
      assertThat(keyFits(after)).isTrue();
      assertThat(bundles.silent()).as("nothing new for who wants bundles only").isTrue();
    }
  }

  /// Section 5.2.1: one or more SVIDs, and all fields but the hint are mandatory. Section 5.1: a
  /// hint is unique; there is none.
  @Test
  void an_answer_has_an_svid_with_all_mandatory_fields() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = host.joined(controlPlane);
        var client = WorkloadClient.open(host.socket())) {
      var answer = client.svids().next();

      assertThat(answer.getSvidsCount()).isEqualTo(1);
      var svid = answer.getSvids(0);
      var leaf = read(svid.getX509Svid()).getFirst();
      assertThat(svid.getSpiffeId()).isEqualTo(X509Svid.identity(leaf).toString());
      assertThat(svid.getX509SvidKey().isEmpty()).isFalse();
      assertThat(read(svid.getBundle())).containsExactly(authority.root());
      assertThat(svid.getHint()).isEmpty();
      assertThat(answer.getCrlCount()).isZero();
      assertThat(answer.getFederatedBundlesCount()).isZero();
    }
  }

  /// Section 5.1, `x509_svid`.
  @Test
  void the_leaf_comes_first_then_its_intermediates_in_der_without_anything_between()
      throws Exception {
    var lowest = authority.below("middle").below("low");
    try (var controlPlane = TestControlPlane.start(lowest, HOUR);
        var _ = host.joined(controlPlane);
        var client = WorkloadClient.open(host.socket())) {
      var svid = client.svids().next().getSvids(0);

      var chain = read(svid.getX509Svid());
      assertThat(chain).hasSize(3).endsWith(lowest.intermediates().toArray(X509Certificate[]::new));
      assertThat(X509Svid.identity(chain.getFirst())).hasToString(TestControlPlane.WORKLOAD);
      assertThat(SpiffeCertificates.toDer(chain)).isEqualTo(svid.getX509Svid());
      var _ =
          TrustBundle.of(TestAuthority.DOMAIN, 0, read(svid.getBundle()))
              .verify(chain, Instant.now());
    }
  }

  /// Section 5.1, `x509_svid_key`.
  @Test
  void the_key_is_the_leafs_in_pkcs8_and_not_encrypted() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = host.joined(controlPlane);
        var client = WorkloadClient.open(host.socket())) {
      assertThat(keyFits(client.svids().next().getSvids(0))).isTrue();
    }
  }

  private static boolean keyFits(X509SVID svid) throws Exception {
    var key =
        KeyFactory.getInstance("EC")
            .generatePrivate(new PKCS8EncodedKeySpec(svid.getX509SvidKey().toByteArray()));
    var signing = Signature.getInstance("SHA256withECDSA");
    signing.initSign(key);
    signing.update((byte) 1);
    var signature = signing.sign();
    signing.initVerify(read(svid.getX509Svid()).getFirst());
    signing.update((byte) 1);
    return signing.verify(signature);
  }

  /// Section 5.2.2.
  @Test
  void bundles_has_the_bundle_of_the_servers_trust_domain_under_its_spiffe_id() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = host.joined(controlPlane);
        var client = WorkloadClient.open(host.socket())) {
      var answer = client.bundles().next();
      assertThat(answer.getBundlesMap()).containsOnlyKeys(DOMAIN_ID);
      assertThat(read(answer.getBundlesOrThrow(DOMAIN_ID))).containsExactly(authority.root());
      assertThat(answer.getCrlCount()).isZero();
    }
  }

  /// Section 4.6.
  @Test
  void bundles_of_other_trust_domains_are_each_under_its_own_spiffe_id() throws Exception {
    var partner = TestAuthority.create("partner");
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = host.joined(controlPlane);
        var client = WorkloadClient.open(host.socket())) {
      var svids = client.svids();
      var bundles = client.bundles();
      svids.next();
      bundles.next();
      controlPlane.awaitWatch();
      var theirs = partner.bundle().toBuilder().setTrustDomain("partner.example").build();
      var alone = Trust.newBuilder().setOwn(authority.bundle()).build();

      controlPlane.announce(alone.toBuilder().addFederated(theirs).build());
      var both = svids.next();
      assertThat(read(both.getSvids(0).getBundle())).containsExactly(authority.root());
      assertThat(both.getFederatedBundlesMap()).containsOnlyKeys("spiffe://partner.example");
      assertThat(read(both.getFederatedBundlesOrThrow("spiffe://partner.example")))
          .containsExactly(partner.root());
      var all = bundles.next();
      assertThat(all.getBundlesMap()).containsOnlyKeys(DOMAIN_ID, "spiffe://partner.example");
      assertThat(read(all.getBundlesOrThrow(DOMAIN_ID))).containsExactly(authority.root());
      assertThat(read(all.getBundlesOrThrow("spiffe://partner.example")))
          .containsExactly(partner.root());

      controlPlane.announce(alone);
      assertThat(svids.next().getFederatedBundlesMap()).isEmpty();
      assertThat(bundles.next().getBundlesMap()).containsOnlyKeys(DOMAIN_ID);
    }
  }

  /// Sections 5.2.1 and 5.2.2; Workload Endpoint, section 6.
  @Test
  void without_an_identity_permission_is_denied_until_there_is_one() throws Exception {
    Files.delete(host.token());
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var agent = Agent.start(host.config(controlPlane));
        var client = WorkloadClient.open(host.socket())) {
      for (var denied : List.of(client.svids().refusal(), client.bundles().refusal())) {
        assertThat(denied.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(denied.getDescription()).contains("has not joined");
      }
      host.bringToken();
      agent.awaitIdentity(TestHost.PATIENCE);
      assertThat(client.svids().next().getSvidsCount()).isEqualTo(1);
      assertThat(client.bundles().next().getBundlesCount()).isEqualTo(1);
    }
  }
}
