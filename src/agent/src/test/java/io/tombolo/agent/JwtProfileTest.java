package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.grpc.Status;
import io.tombolo.api.identity.v1.JwtKey;
import io.tombolo.api.identity.v1.Trust;
import io.tombolo.api.workload.JWTBundlesResponse;
import io.tombolo.mesh.identity.TrustDomain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the SPIFFE Workload API specification demands of its JWT profile (section 6).
@Tag("identity")
@Timeout(60)
class JwtProfileTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String DOMAIN_ID = "spiffe://mesh.test";
  private static final String OTHER_ID = "spiffe://other.test";
  private static final String STRANGER = "spiffe://other.test/ns/shop/sa/web";
  @TempDir Path dir;
  private TestAuthority authority;
  private TestAuthority other;
  private TestHost host;
  private TestControlPlane controlPlane;
  private Agent agent;
  private WorkloadClient client;

  @BeforeEach
  void an_agent_has_joined() throws Exception {
    authority = TestAuthority.create("first");
    other = TestAuthority.create(new TrustDomain("other.test"), "other");
    host = TestHost.ready(dir, authority);
    controlPlane = TestControlPlane.start(authority, HOUR);
    agent = host.joined(controlPlane);
    client = WorkloadClient.open(host.socket());
  }

  @AfterEach
  void it_ends() {
    client.close();
    agent.close();
    controlPlane.close();
  }

  private void federate(TestAuthority... others) throws Exception {
    var trust = Trust.newBuilder().setOwn(authority.bundle());
    for (var one : others) {
      trust.addFederated(one.bundle());
    }
    controlPlane.awaitWatch();
    controlPlane.announce(trust.build());
  }

  private static JWKSet keys(JWTBundlesResponse answer, String trustDomain) throws ParseException {
    return JWKSet.parse(answer.getBundlesOrThrow(trustDomain).toStringUtf8());
  }

  private static void assertRefused(Heard<?> call, Status.Code code, String... words)
      throws Exception {
    var refusal = call.refusal();
    assertThat(refusal.getCode()).isEqualTo(code);
    assertThat(refusal.getDescription()).contains(words);
  }

  /// Section 6.2.1: one SVID or more, the audience embedded, and all fields but the hint are
  /// mandatory.
  @Test
  void an_answer_has_a_jwt_svid_for_the_audience_with_all_mandatory_fields() throws Exception {
    var answer = client.jwtSvid("billing", "reports").next();

    assertThat(answer.getSvidsCount()).isEqualTo(1);
    var svid = answer.getSvids(0);
    assertThat(svid.getSpiffeId()).isEqualTo(TestControlPlane.WORKLOAD);
    assertThat(svid.getHint()).isEmpty();
    for (var audience : List.of("billing", "reports")) {
      assertThat(client.validation(audience, svid.getSvid()).next().getSpiffeId())
          .isEqualTo(TestControlPlane.WORKLOAD);
    }
    assertThat(controlPlane.jwtsAsked)
        .singleElement()
        .satisfies(
            asked -> assertThat(asked.getAudienceList()).containsExactly("billing", "reports"));
  }

  /// Section 6.2.1: without `spiffe_id`, of all identities; with it, of that one.
  @Test
  void the_own_spiffe_id_may_be_asked_for_by_name() throws Exception {
    assertThat(client.jwtSvidOf(TestControlPlane.WORKLOAD, "billing").next().getSvidsList())
        .isEqualTo(client.jwtSvid("billing").next().getSvidsList());
  }

  /// Section 6.2.1.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "spiffe://mesh.test/ns/shop/sa/web",
        "spiffe://mesh.test/ns/shop/sa/cart2",
        "spiffe://mesh.test",
        "spiffe://other.test/ns/shop/sa/cart",
        "spiffe://mesh.test/tombolo/control-plane"
      })
  void for_another_spiffe_id_permission_is_denied(String another) throws Exception {
    assertRefused(client.jwtSvidOf(another, "billing"), Status.Code.PERMISSION_DENIED, "spiffe_id");
    assertThat(controlPlane.jwtsAsked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cart", "spiffe://", "spiffe://mesh.test/a/../b", "https://mesh.test/a"})
  void what_is_no_spiffe_id_is_an_invalid_argument(String not) throws Exception {
    assertRefused(client.jwtSvidOf(not, "billing"), Status.Code.INVALID_ARGUMENT, "spiffe_id");
  }

  /// Section 4.5.
  @Test
  void without_a_mandatory_field_a_request_is_an_invalid_argument() throws Exception {
    assertRefused(client.jwtSvid(), Status.Code.INVALID_ARGUMENT, "audience");
    assertRefused(client.jwtSvid(""), Status.Code.INVALID_ARGUMENT, "audience");
    assertRefused(client.validation("", "token"), Status.Code.INVALID_ARGUMENT, "audience");
    assertRefused(client.validation("billing", ""), Status.Code.INVALID_ARGUMENT, "svid");
  }

  /// Section 6.2.2: the bundle of the server's trust domain, and foreign ones. Section 4.3: at
  /// once, whole, and again when it changes.
  @Test
  void jwt_bundles_are_jwk_sets_of_the_own_and_of_federated_trust_domains() throws Exception {
    var bundles = client.jwtBundles();
    assertThat(bundles.next().getBundlesMap()).containsOnlyKeys(DOMAIN_ID);

    federate(other);

    var answer = bundles.next();
    assertThat(answer.getBundlesMap()).containsOnlyKeys(DOMAIN_ID, OTHER_ID);
    var key = keys(answer, DOMAIN_ID).getKeyByKeyId(TestAuthority.JWT_KEY);
    assertThat(key.toECKey().toPublicKey()).isEqualTo(authority.jwtKeys().getPublic());
    assertThat(keys(answer, OTHER_ID).getKeys())
        .singleElement()
        .satisfies(
            one -> assertThat(one.toECKey().toPublicKey()).isEqualTo(other.jwtKeys().getPublic()));

    federate();
    assertThat(bundles.next().getBundlesMap()).containsOnlyKeys(DOMAIN_ID);
  }

  /// Section 6.2.2: no keys with other uses. Trust Domain and Bundle, 4.2.1: unknown keys are
  /// ignored.
  @Test
  void jwt_bundles_have_no_keys_of_other_uses_and_none_that_is_not_known() throws Exception {
    controlPlane.awaitWatch();
    var bundles = client.jwtBundles();
    bundles.next();
    controlPlane.announce(
        authority.bundle().toBuilder()
            .addJwtKeys(JwtKey.newBuilder().setId("x").setPublicKey(ByteString.copyFromUtf8("x")))
            .addJwtKeys(TestAuthority.jwtKey("y", TestAuthority.newKeys().getPublic()))
            .build());

    var answer = bundles.next();
    assertThat(keys(answer, DOMAIN_ID).getKeys())
        .extracting(key -> key.getKeyID())
        .containsExactly(TestAuthority.JWT_KEY, "y");
    assertThat(answer.getBundlesOrThrow(DOMAIN_ID).toStringUtf8())
        .doesNotContain("x5c", "\"d\"", "spiffe_sequence");
  }

  /// Section 6.3: bundles are for validators that know nothing of SPIFFE.
  @Test
  void a_jwt_library_that_knows_nothing_of_spiffe_validates_by_the_jwt_bundle() throws Exception {
    var set = keys(client.jwtBundles().next(), DOMAIN_ID);
    var library = new DefaultJWTProcessor<SecurityContext>();
    library.setJWSKeySelector(
        new JWSVerificationKeySelector<>(JWSAlgorithm.ES256, new ImmutableJWKSet<>(set)));

    var claims = library.process(client.jwtSvid("billing").next().getSvids(0).getSvid(), null);

    assertThat(claims.getSubject()).isEqualTo(TestControlPlane.WORKLOAD);
    assertThat(claims.getAudience()).containsExactly("billing");
  }

  /// Section 6.2.3.
  @Test
  void validation_answers_with_the_spiffe_id_and_the_claims() throws Exception {
    var token = client.jwtSvid("billing").next().getSvids(0).getSvid();

    var answer = client.validation("billing", token).next();

    assertThat(answer.getSpiffeId()).isEqualTo(TestControlPlane.WORKLOAD);
    var claims = answer.getClaims();
    assertThat(claims.getFieldsMap()).containsOnlyKeys("sub", "aud", "exp", "jti");
    assertThat(claims.getFieldsOrThrow("sub").getStringValue())
        .isEqualTo(TestControlPlane.WORKLOAD);
    assertThat(claims.getFieldsOrThrow("aud").getListValue().getValues(0).getStringValue())
        .isEqualTo("billing");
    assertThat(claims.getFieldsOrThrow("exp").getNumberValue()).isPositive();
    assertRefused(client.validation("other", token), Status.Code.INVALID_ARGUMENT, "aud");
  }

  /// Section 6.3: the bundle of the trust domain of the subject; without one, not trusted.
  @Test
  void validation_is_by_the_bundle_of_the_subjects_trust_domain_only() throws Exception {
    var foreign = other.jwt(STRANGER, List.of("billing"), HOUR);
    assertRefused(client.validation("billing", foreign), Status.Code.INVALID_ARGUMENT, "no bundle");
    var bundles = client.jwtBundles();
    bundles.next();
    federate(other);
    bundles.next();

    assertThat(client.validation("billing", foreign).next().getSpiffeId()).isEqualTo(STRANGER);
    for (var crossed :
        List.of(
            other.jwt(TestControlPlane.WORKLOAD, List.of("billing"), HOUR),
            authority.jwt(STRANGER, List.of("billing"), HOUR))) {
      assertRefused(
          client.validation("billing", crossed), Status.Code.INVALID_ARGUMENT, "signature");
    }
  }

  /// Sections 6.2.1 and 6.2.2.
  @Test
  void without_an_identity_permission_is_denied(@TempDir Path empty) throws Exception {
    var stranger = TestHost.ready(empty, authority);
    Files.delete(stranger.token());
    try (var _ = Agent.start(stranger.config(controlPlane));
        var calls = WorkloadClient.open(stranger.socket())) {
      for (var call : calls.jwtCalls()) {
        assertRefused(call, Status.Code.PERMISSION_DENIED, "has not joined");
      }
    }
  }

  @Test
  void a_token_is_kept_for_its_audience_and_asked_for_again_after_half_of_its_life()
      throws Exception {
    var first = client.jwtSvid("billing").next().getSvids(0).getSvid();
    assertThat(client.jwtSvid("billing").next().getSvids(0).getSvid()).isEqualTo(first);
    assertThat(client.jwtSvid("reports").next().getSvids(0).getSvid()).isNotEqualTo(first);
    assertThat(controlPlane.jwtsAsked).hasSize(2);

    // Half of it has passed as soon as it is there: `exp` is in whole seconds.
    controlPlane.jwtTtl = Duration.ZERO;
    var second = client.jwtSvid("third").next().getSvids(0).getSvid();
    assertThat(client.jwtSvid("third").next().getSvids(0).getSvid()).isNotEqualTo(second);
    assertThat(controlPlane.jwtsAsked).hasSize(4);
  }

  @Test
  void who_is_refused_by_the_control_plane_is_denied_and_gets_nothing_kept_any_more()
      throws Exception {
    var kept = client.jwtSvid("billing").next();
    controlPlane.jwtRefusal = Status.PERMISSION_DENIED.withDescription("is banned");

    assertRefused(client.jwtSvid("reports"), Status.Code.PERMISSION_DENIED, "is banned");
    assertRefused(client.jwtSvid("billing"), Status.Code.PERMISSION_DENIED, "is banned");
    controlPlane.jwtRefusal = Status.OK;
    assertThat(client.jwtSvid("billing").next()).isNotEqualTo(kept);
  }

  @Test
  void what_the_control_plane_says_is_passed_on() throws Exception {
    controlPlane.jwtRefusal = Status.INVALID_ARGUMENT.withDescription("audience: too long");
    assertRefused(client.jwtSvid("a"), Status.Code.INVALID_ARGUMENT, "audience: too long");
    controlPlane.jwtRefusal = Status.UNAVAILABLE.withDescription("nothing is issued");
    assertRefused(client.jwtSvid("a"), Status.Code.UNAVAILABLE, "nothing is issued", "try again");
    controlPlane.jwtRefusal = Status.INTERNAL.withDescription("see the log");
    assertRefused(client.jwtSvid("a"), Status.Code.UNAVAILABLE, "see the log");
    controlPlane.close();
    assertRefused(client.jwtSvid("a"), Status.Code.UNAVAILABLE, "try again");
  }
}
