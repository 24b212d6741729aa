package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.tombolo.api.workload.X509BundlesRequest;
import io.tombolo.api.workload.X509BundlesResponse;
import io.tombolo.api.workload.X509SVIDRequest;
import io.tombolo.api.workload.X509SVIDResponse;
import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("identity")
@Timeout(60)
class WorkloadStreamTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private TestAuthority authority;
  private TrustBundle bundle;
  private Keyring keyring;

  @BeforeEach
  void a_keyring_has_pinned_roots() throws Exception {
    authority = TestAuthority.create("first");
    bundle = TrustBundle.of(TestAuthority.DOMAIN, 0, List.of(authority.root()));
    keyring = new Keyring(bundle, InstantSource.system());
  }

  private Svid svid() throws Exception {
    var request = KeyRequest.create();
    var issued = authority.issued(request.keys().getPublic(), TestControlPlane.WORKLOAD, HOUR);
    return request.accept(issued, bundle, Instant.now());
  }

  private WorkloadApi api(InstantSource clock) {
    var jwts =
        new JwtSvids(
            (_, _) -> {
              throw new IOException("not asked here");
            },
            clock);
    return new WorkloadApi(keyring, jwts, clock);
  }

  private Heard<X509SVIDResponse> svids(WorkloadApi api) {
    var heard = new Heard<>(X509SVIDResponse.class);
    api.fetchX509SVID(X509SVIDRequest.getDefaultInstance(), heard);
    return heard;
  }

  @Test
  void what_is_sent_never_goes_back_and_ends_at_the_newest() throws Exception {
    var all = new ArrayList<Svid>();
    for (int i = 0; i < 50; i++) {
      all.add(svid());
    }
    keyring.adopt(all.getFirst());
    var heard = new Heard<>(X509SVIDResponse.class);
    var watched = opened(heard);
    var over = new AtomicBoolean();
    var rivals = new ArrayList<Thread>();
    for (int i = 0; i < 2; i++) {
      rivals.add(Thread.ofPlatform().start(() -> askUntil(over, watched)));
    }
    all.forEach(keyring::adopt);
    over.set(true);
    for (var rival : rivals) {
      rival.join();
    }

    var order = all.stream().map(one -> X509Answers.svids(one, Trust.of(bundle))).toList();
    assertThat(heard.all().stream().map(order::indexOf)).isSorted().doesNotHaveDuplicates();
    assertThat(heard.all()).last().isEqualTo(order.getLast());
  }

  /// Other streams come and go, and this one is asked to look again, while secrets change.
  private void askUntil(AtomicBoolean over, Subscriber watched) {
    while (!over.get()) {
      watched.refresh();
      opened(new Heard<>(X509SVIDResponse.class)).finish();
    }
  }

  private WorkloadStream<X509SVIDResponse> opened(Heard<X509SVIDResponse> heard) {
    var stream =
        new WorkloadStream<>(
            heard,
            keyring,
            secrets -> secrets.svid().map(svid -> X509Answers.svids(svid, secrets.trust())));
    keyring.subscribe(stream);
    stream.refresh();
    return stream;
  }

  /// Workload API, section 5.2.1: redaction of all SVIDs.
  @Test
  void an_expired_svid_is_served_to_nobody() throws Exception {
    var held = svid();
    keyring.adopt(held);
    var before = api(() -> held.expires().minusMillis(1));
    assertThat(svids(before).next().getSvidsCount()).isEqualTo(1);

    var after = api(held::expires);
    var refusal = svids(after).refusal();
    assertThat(refusal.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(refusal.getDescription()).contains("expired");
    var bundles = new Heard<>(X509BundlesResponse.class);
    after.fetchX509Bundles(X509BundlesRequest.getDefaultInstance(), bundles);
    assertThat(bundles.next().getBundlesCount()).isEqualTo(1);
  }

  @Test
  void an_open_stream_whose_svid_has_expired_is_not_sent_it_with_a_new_bundle() throws Exception {
    var held = svid();
    keyring.adopt(held);
    var now = new AtomicBoolean();
    var heard = svids(api(() -> now.get() ? held.expires() : held.expires().minusMillis(1)));
    heard.next();
    now.set(true);
    var _ =
        keyring.adopt(
            Trust.of(
                TrustBundle.of(
                    TestAuthority.DOMAIN, 0, List.of(TestAuthority.create("second").root()))));
    assertThat(heard.refusal().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void a_client_that_is_away_is_sent_nothing() throws Exception {
    keyring.adopt(svid());
    var heard = new Heard<>(X509SVIDResponse.class);
    opened(heard).finish();
    keyring.adopt(svid());
    assertThat(heard.all()).hasSize(1);
  }
}
