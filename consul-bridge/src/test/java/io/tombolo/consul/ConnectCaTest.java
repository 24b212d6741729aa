package io.tombolo.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Consul;
import io.tombolo.testbed.Loopback;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Against a real Consul.
@Tag("identity")
@Timeout(60)
class ConnectCaTest {
  private final BlockingQueue<ConnectRoots> told = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> troubles = new LinkedBlockingQueue<>();

  @TempDir private Path files;
  private Consul consul;
  private ConnectCa ca;

  @BeforeEach
  void start() throws IOException {
    consul = Consul.server("dc1", new Loopback()).withAcls().start();
    ca = open(consul.token().orElseThrow());
    Thread.ofVirtual().start(() -> ca.follow(told::add, troubles::add));
  }

  @AfterEach
  void stop() {
    ca.close();
    consul.close();
  }

  private ConnectCa open(String token) throws IOException {
    var file = Files.writeString(files.resolve("token-" + token.hashCode()), token + "\n");
    return ConnectCa.open(
        new ConnectCa.Settings(
            URI.create("http://127.0.0.1:" + consul.grpcPort()),
            Optional.of(file),
            Optional.empty(),
            Optional.empty()));
  }

  private ConnectRoots roots() throws InterruptedException {
    var roots = told.poll(30, TimeUnit.SECONDS);
    assertThat(roots).as("roots, after %s", troubles).isNotNull();
    return roots;
  }

  private static byte[] csr(ConnectRoots roots, String path) {
    return NamedRequest.of("spiffe://" + roots.trustDomain() + path);
  }

  private List<X509Certificate> signed(ConnectRoots roots, String path) {
    var verdict = ca.sign(csr(roots, path));
    assertThat(verdict).isInstanceOf(ConnectCa.Verdict.Signed.class);
    return ((ConnectCa.Verdict.Signed) verdict).chain();
  }

  private void configure(String more) throws IOException {
    var reply =
        consul.call(
            "PUT",
            "/v1/connect/ca/configuration",
            """
            {"Provider": "consul", "Config": {"LeafCertTTL": "72h",
              "IntermediateCertTTL": "8760h", %s}}
            """
                .formatted(more));
    assertThat(reply.ok()).as(reply.body()).isTrue();
  }

  @Test
  void in_plain_text_it_is_not_asked_over_a_network() {
    for (var host :
        List.of("consul.example", "127.evil.example", "10.0.0.1", "localhost.example")) {
      assertThatThrownBy(() ->
              new ConnectCa.Settings(
                  URI.create("http://" + host + ":8502"),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("plain text");
    }
  }

  @Test
  void it_tells_its_roots_and_signs_for_services_of_its_datacenter_only() throws Exception {
    var roots = roots();
    var chain = signed(roots, "/ns/default/dc/dc1/svc/billing");

    assertThat(roots.retiring()).isEmpty();
    assertThat(bundle(roots, List.of(roots.active())).verify(chain, Instant.now()))
        .isEqualTo(roots.active());
    for (var path : List.of("/ns/default/dc/dc2/svc/billing", "/ns/shop/sa/cart", "/x")) {
      assertThat(ca.sign(csr(roots, path))).isInstanceOf(ConnectCa.Verdict.Failed.class);
    }
  }

  @Test
  void a_new_root_is_told_at_once_and_chains_lead_to_the_new_and_to_the_old() throws Exception {
    var before = roots();
    configure("\"PrivateKeyType\": \"ec\", \"PrivateKeyBits\": 384");
    var after = roots();
    var chain = signed(after, "/ns/default/dc/dc1/svc/billing");

    assertThat(after.active()).isNotEqualTo(before.active());
    assertThat(after.retiring()).containsExactly(before.active());
    assertThat(chain).hasSizeGreaterThan(1);
    assertThat(bundle(after, List.of(before.active())).verify(chain, Instant.now()))
        .isEqualTo(before.active());
    assertThat(bundle(after, List.of(after.active())).verify(chain, Instant.now()))
        .isEqualTo(after.active());
    assertThat(bundle(after, List.of(before.active(), after.active())).verify(chain, Instant.now()))
        .isEqualTo(after.active());
  }

  private static TrustBundle bundle(ConnectRoots roots, List<X509Certificate> trusted) {
    return TrustBundle.of(new TrustDomain(roots.trustDomain()), 1, trusted);
  }

  @Test
  void too_many_requests_are_told_from_failures() throws Exception {
    var roots = roots();
    configure("\"CSRMaxPerSecond\": 1");

    Await.until(
        "Consul has too many requests",
        Duration.ofSeconds(30),
        () ->
            ca.sign(csr(roots, "/ns/default/dc/dc1/svc/billing"))
                instanceof ConnectCa.Verdict.Busy);
  }

  @Test
  void a_token_that_may_not_is_refused_and_not_shown() throws Exception {
    var roots = roots();
    var unknown = "11111111-2222-3333-4444-555555555555";
    try (var other = open(unknown)) {
      assertThat(other.sign(csr(roots, "/ns/default/dc/dc1/svc/billing")))
          .isInstanceOf(ConnectCa.Verdict.Failed.class)
          .asString()
          .doesNotContain(unknown);
    }
  }

  @Test
  void it_is_followed_again_when_it_comes_back() throws Exception {
    var before = roots();
    consul.daemon().kill();
    assertThat(troubles.poll(30, TimeUnit.SECONDS)).contains("Consul's CA at http://127.0.0.1");
    assertThat(ca.sign(csr(before, "/ns/default/dc/dc1/svc/billing")))
        .isInstanceOf(ConnectCa.Verdict.Failed.class);

    consul.daemon().restart();
    consul.awaitReady();
    assertThat(roots()).isEqualTo(before);
  }
}
