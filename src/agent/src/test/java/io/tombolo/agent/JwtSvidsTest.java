package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.tombolo.mesh.identity.TrustBundle;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Which JWT-SVIDs the agent keeps, and for how long.
@Tag("identity")
@Timeout(60)
class JwtSvidsTest {
  private static final Duration TTL = Duration.ofMinutes(5);
  private static final List<String> BILLING = List.of("billing");
  private final Instant start = Instant.now();
  private final AtomicReference<Instant> now = new AtomicReference<>(start);
  private final AtomicReference<Status> refusal = new AtomicReference<>(Status.OK);
  private final AtomicInteger asked = new AtomicInteger();
  private TestAuthority authority;
  private Svid svid;
  private JwtSvids jwts;

  @BeforeEach
  void an_svid_is_there() throws Exception {
    authority = TestAuthority.create("first");
    var request = KeyRequest.create();
    var bundle = TrustBundle.of(TestAuthority.DOMAIN, 0, List.of(authority.root()));
    svid =
        request.accept(
            authority.issued(
                request.keys().getPublic(), TestControlPlane.WORKLOAD, Duration.ofHours(1)),
            bundle,
            start);
    jwts = new JwtSvids((_, wanted) -> issued(wanted.getAudienceList()), now::get);
  }

  private String issued(List<String> audience) {
    asked.incrementAndGet();
    if (!refusal.get().isOk()) {
      throw refusal.get().asRuntimeException();
    }
    return authority.jwt(TestControlPlane.WORKLOAD, audience, TTL);
  }

  private String token() throws Exception {
    return jwts.fetch(svid, BILLING).get(15, TimeUnit.SECONDS).token();
  }

  private void refused(Status.Code code) {
    assertThatThrownBy(this::token)
        .isInstanceOf(ExecutionException.class)
        .extracting(failed -> Status.fromThrowable(failed).getCode())
        .isEqualTo(code);
  }

  private void pass(Duration time) {
    now.updateAndGet(before -> before.plus(time));
  }

  @Test
  void it_is_kept_until_half_of_its_life_has_passed() throws Exception {
    var first = token();
    pass(Duration.ofSeconds(145));
    assertThat(token()).isEqualTo(first);
    pass(Duration.ofSeconds(10));
    assertThat(token()).isNotEqualTo(first);
    assertThat(asked).hasValue(2);
  }

  @Test
  void while_the_control_plane_is_away_the_old_one_is_served_until_it_ends() throws Exception {
    var first = token();
    refusal.set(Status.UNAVAILABLE);
    pass(Duration.ofSeconds(290));
    assertThat(token()).isEqualTo(first);
    pass(Duration.ofSeconds(15));
    refused(Status.Code.UNAVAILABLE);
    refusal.set(Status.OK);
    assertThat(token()).isNotEqualTo(first);
  }

  @Test
  void once_refused_nothing_is_served_from_before() throws Exception {
    var first = token();
    pass(Duration.ofSeconds(200));
    refusal.set(Status.PERMISSION_DENIED);
    refused(Status.Code.PERMISSION_DENIED);
    refusal.set(Status.UNAVAILABLE);
    refused(Status.Code.UNAVAILABLE);
    refusal.set(Status.OK);
    assertThat(token()).isNotEqualTo(first);
  }

  @Test
  void a_clock_that_goes_back_makes_nothing_fresh() throws Exception {
    var first = token();
    pass(Duration.ofHours(-1));
    assertThat(token()).isNotEqualTo(first);
  }

  @Test
  void who_asks_for_the_same_meanwhile_gets_the_same() throws Exception {
    var go = new CountDownLatch(1);
    jwts =
        new JwtSvids(
            (_, wanted) -> {
              try {
                go.await();
              } catch (InterruptedException stopped) {
                throw new IOException(stopped);
              }
              return issued(wanted.getAudienceList());
            },
            now::get);
    var all = new ArrayList<CompletableFuture<JwtSvids.Held>>();
    for (int i = 0; i < 100; i++) {
      all.add(jwts.fetch(svid, BILLING));
    }
    go.countDown();
    for (var one : all) {
      assertThat(one.get(15, TimeUnit.SECONDS).token()).isEqualTo(token());
    }
    assertThat(asked).hasValue(1);
  }

  @Test
  void of_many_audiences_those_last_used_are_kept() throws Exception {
    var first = token();
    for (int i = 0; i < 255; i++) {
      assertThat(jwts.fetch(svid, List.of("audience-" + i)).get().token()).isNotEmpty();
    }
    assertThat(token()).isEqualTo(first);
    assertThat(jwts.fetch(svid, List.of("one more")).get().token()).isNotEmpty();
    assertThat(asked).hasValue(257);
    assertThat(token()).isEqualTo(first);
    assertThat(jwts.fetch(svid, List.of("audience-0")).get().token()).isNotEmpty();
    assertThat(asked).hasValue(258);
  }

  @Test
  void what_is_no_jwt_svid_of_the_own_identity_is_not_passed_on() throws Exception {
    for (var wrong :
        List.of(
            "",
            "a.b.c",
            authority.jwt("spiffe://mesh.test/ns/shop/sa/web", BILLING, TTL),
            authority.jwt("spiffe://other.test/ns/shop/sa/cart", BILLING, TTL))) {
      jwts = new JwtSvids((_, _) -> wrong, now::get);
      refused(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void no_token_is_in_what_it_prints() throws Exception {
    var held = jwts.fetch(svid, BILLING).get();
    assertThat(held.toString())
        .contains(TestControlPlane.WORKLOAD)
        .doesNotContain(held.token().split("\\.", -1));
  }
}
