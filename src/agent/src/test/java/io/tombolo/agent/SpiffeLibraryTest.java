package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.spiffe.bundle.jwtbundle.JwtBundleSet;
import io.spiffe.bundle.x509bundle.X509BundleSet;
import io.spiffe.spiffeid.TrustDomain;
import io.spiffe.svid.jwtsvid.JwtSvid;
import io.spiffe.svid.x509svid.X509Svid;
import io.spiffe.svid.x509svid.X509SvidValidator;
import io.spiffe.workloadapi.DefaultJwtSource;
import io.spiffe.workloadapi.DefaultWorkloadApiClient;
import io.spiffe.workloadapi.DefaultWorkloadApiClient.ClientOptions;
import io.spiffe.workloadapi.DefaultX509Source;
import io.spiffe.workloadapi.DefaultX509Source.X509SourceOptions;
import io.spiffe.workloadapi.JwtSourceOptions;
import io.spiffe.workloadapi.Watcher;
import io.spiffe.workloadapi.WorkloadApiClient;
import io.spiffe.workloadapi.X509Context;
import io.tombolo.api.identity.v1.Trust;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The agent's Workload API as java-spiffe sees it, which checks what it gets.
@Tag("identity")
@Timeout(60)
class SpiffeLibraryTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final TrustDomain DOMAIN = TrustDomain.parse("mesh.test");
  @TempDir Path dir;
  private TestAuthority authority;
  private TestHost host;

  @BeforeEach
  void a_host_is_ready() throws Exception {
    authority = TestAuthority.create("first");
    host = TestHost.ready(dir, authority);
  }

  private String address() {
    return "unix:" + host.socket().toAbsolutePath();
  }

  private WorkloadApiClient library() throws Exception {
    return DefaultWorkloadApiClient.newClient(
        ClientOptions.builder().spiffeSocketPath(address()).build());
  }

  /// Puts what a watch says where a test can wait for it.
  private static <T> Watcher<T> into(Heard<T> heard) {
    return new Watcher<>() {
      @Override
      public void onUpdate(T update) {
        heard.onNext(update);
      }

      @Override
      public void onError(Throwable refused) {
        heard.onError(refused);
      }
    };
  }

  @Test
  void it_fetches_an_svid_that_validates_against_its_bundle() throws Exception {
    var lowest = authority.below("middle");
    try (var controlPlane = TestControlPlane.start(lowest, HOUR);
        var _ = host.joined(controlPlane);
        var library = library()) {
      var context = library.fetchX509Context();

      var svid = context.getDefaultSvid();
      assertThat(svid.getSpiffeId()).hasToString(TestControlPlane.WORKLOAD);
      assertThat(svid.getChain()).hasSize(2);
      X509SvidValidator.verifyChain(svid.getChain(), context.getX509BundleSet());
      assertThat(library.fetchX509Bundles()).isEqualTo(context.getX509BundleSet());
    }
  }

  @Test
  void its_source_opens_and_its_svid_validates_against_its_bundle() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = host.joined(controlPlane);
        var source =
            DefaultX509Source.newSource(
                X509SourceOptions.builder()
                    .spiffeSocketPath(address())
                    .initTimeout(TestHost.PATIENCE)
                    .build())) {
      var svid = source.getX509Svid();
      X509SvidValidator.verifyChain(svid.getChain(), source);
      X509SvidValidator.verifySpiffeId(svid.getLeaf(), () -> Set.of(svid.getSpiffeId()));
      assertThat(source.getBundleForTrustDomain(DOMAIN).getX509Authorities())
          .containsExactly(authority.root());
    }
  }

  @Test
  void its_watch_hears_of_a_rotation() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, Duration.ofSeconds(3));
        var _ = host.joined(controlPlane);
        var library = library()) {
      var heard = new Heard<>(X509Context.class);
      library.watchX509Context(into(heard));
      var before = heard.next().getDefaultSvid();
      var context = heard.next();
      var after = context.getDefaultSvid();

      assertThat(after.getLeaf()).isNotEqualTo(before.getLeaf());
      assertThat(after.getPrivateKey()).isNotEqualTo(before.getPrivateKey());
      assertThat(after.getSpiffeId()).isEqualTo(before.getSpiffeId());
      X509SvidValidator.verifyChain(after.getChain(), context.getX509BundleSet());
    }
  }

  @Test
  void its_watches_hear_of_a_new_root() throws Exception {
    var second = TestAuthority.create("second");
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = host.joined(controlPlane);
        var library = library()) {
      var contexts = new Heard<>(X509Context.class);
      var bundles = new Heard<>(X509BundleSet.class);
      library.watchX509Context(into(contexts));
      library.watchX509Bundles(into(bundles));
      contexts.next();
      bundles.next();
      controlPlane.awaitWatch();

      controlPlane.announce(authority.bundle(second.root()));

      var updated = bundles.next();
      assertThat(updated.getBundleForTrustDomain(DOMAIN).getX509Authorities())
          .containsExactlyInAnyOrder(authority.root(), second.root());
      assertThat(contexts.next().getX509BundleSet()).isEqualTo(updated);
    }
  }

  @Test
  void it_is_denied_before_the_agent_has_joined_and_its_watch_goes_on_after() throws Exception {
    Files.delete(host.token());
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = Agent.start(host.config(controlPlane));
        var library = library()) {
      assertThatThrownBy(library::fetchX509Context)
          .satisfies(refused ->
              assertThat(Status.fromThrowable(refused).getCode())
                  .isEqualTo(Status.Code.PERMISSION_DENIED));
      var heard = new Heard<>(X509Context.class);
      library.watchX509Context(into(heard));
      host.bringToken();

      X509Svid svid = heard.next().getDefaultSvid();
      assertThat(svid.getSpiffeId()).hasToString(TestControlPlane.WORKLOAD);
    }
  }

  @Test
  void it_fetches_a_jwt_svid_and_has_it_validated() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = host.joined(controlPlane);
        var library = library()) {
      controlPlane.awaitWatch();
      var svid = library.fetchJwtSvid("billing", "reports");

      assertThat(svid.getSpiffeId()).hasToString(TestControlPlane.WORKLOAD);
      assertThat(svid.getAudience()).containsExactlyInAnyOrder("billing", "reports");
      var validated = library.validateJwtSvid(svid.getToken(), "billing");
      assertThat(validated.getSpiffeId()).isEqualTo(svid.getSpiffeId());
      assertThat(validated.getExpiry()).isEqualTo(svid.getExpiry());
      assertThatThrownBy(() -> library.validateJwtSvid(svid.getToken(), "other"))
          .rootCause()
          .hasMessageContaining("aud");
    }
  }

  @Test
  void its_jwt_source_fetches_a_jwt_svid_that_validates_against_its_bundle() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = host.joined(controlPlane);
        var source =
            DefaultJwtSource.newSource(
                JwtSourceOptions.builder()
                    .spiffeSocketPath(address())
                    .initTimeout(TestHost.PATIENCE)
                    .build())) {
      controlPlane.awaitWatch();
      var svid = source.fetchJwtSvid("billing");

      assertThat(svid.getSpiffeId()).hasToString(TestControlPlane.WORKLOAD);
      var parsed = JwtSvid.parseAndValidate(svid.getToken(), source, Set.of("billing"));
      assertThat(parsed.getSpiffeId()).isEqualTo(svid.getSpiffeId());
      assertThat(source.getBundleForTrustDomain(DOMAIN).getJwtAuthorities())
          .containsExactly(Map.entry(TestAuthority.JWT_KEY, authority.jwtKeys().getPublic()));
    }
  }

  @Test
  void its_watch_of_jwt_bundles_hears_of_a_new_key_and_of_another_trust_domain() throws Exception {
    var other = TestAuthority.create(new io.tombolo.mesh.identity.TrustDomain("other.test"), "o");
    var next = TestAuthority.newKeys();
    try (var controlPlane = TestControlPlane.start(authority, HOUR);
        var _ = host.joined(controlPlane);
        var library = library()) {
      controlPlane.awaitWatch();
      var bundles = new Heard<>(JwtBundleSet.class);
      library.watchJwtBundles(into(bundles));
      assertThat(bundles.next().getBundles()).containsOnlyKeys(DOMAIN);

      controlPlane.announce(
          Trust.newBuilder()
              .setOwn(
                  authority.bundle().toBuilder()
                      .addJwtKeys(TestAuthority.jwtKey("next", next.getPublic())))
              .addFederated(other.bundle())
              .build());

      var updated = bundles.next();
      assertThat(updated.getBundleForTrustDomain(DOMAIN).getJwtAuthorities())
          .containsOnlyKeys(TestAuthority.JWT_KEY, "next");
      assertThat(
              updated.getBundleForTrustDomain(TrustDomain.parse("other.test")).getJwtAuthorities())
          .containsValue(other.jwtKeys().getPublic());
    }
  }
}
