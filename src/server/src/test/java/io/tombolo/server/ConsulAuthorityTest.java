package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.consul.ConnectCa;
import io.tombolo.identity.Authority;
import io.tombolo.identity.DirectoryKeyVault;
import io.tombolo.identity.KekSource;
import io.tombolo.identity.Pem;
import io.tombolo.identity.PrivateFiles;
import io.tombolo.identity.Terms;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.server.ca.ConsulAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("identity")
@Timeout(60)
class ConsulAuthorityTest {
  private static final String OURS = "11111111-2222-3333-4444-555555555555.consul";
  private static final TrustDomain DOMAIN = new TrustDomain(OURS);

  private final Path directory;
  private final X509Certificate old;
  private final X509Certificate fresh;

  ConsulAuthorityTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    PrivateFiles.directory(directory.resolve("state"));
    this.old = root("old");
    this.fresh = root("fresh");
  }

  private X509Certificate root(String name) throws IOException {
    var at = directory.resolve(name);
    PrivateFiles.directory(at);
    var setup =
        new Authority.Setup(
            new DirectoryKeyVault(at.resolve("ca")),
            new KekSource.InFile(at.resolve("ca").resolve("kek")),
            at.resolve("roots"),
            DOMAIN,
            Terms.usual(),
            null);
    return Authority.open(setup, Instant.now()).trusted().getFirst();
  }

  private ConsulAuthority open(URI url, TrustDomain trustDomain) throws IOException {
    var settings =
        new ConnectCa.Settings(url, Optional.empty(), Optional.empty(), Optional.empty());
    var file = directory.resolve("state").resolve("consul-roots");
    return ConsulAuthority.open(
        ConnectCa.open(settings),
        new ConsulAuthority.Duty("dc1", trustDomain, file),
        Duration.ofSeconds(20));
  }

  private ControlPlane controlPlane(URI url, String trustDomain) throws IOException {
    var controlPlane =
        Configured.controlPlane(
            directory.resolve("state"),
            Map.of(
                "tombolo.trust-domain", trustDomain,
                "tombolo.consul.dc1.url", "http://127.0.0.1:1",
                "tombolo.ca.provider", "consul",
                "tombolo.ca.consul.datacenter", "dc1",
                "tombolo.ca.consul.url", url.toString()));
    controlPlane.start();
    return controlPlane;
  }

  @Test
  void it_signs_for_services_of_its_datacenter_and_for_no_one_else() throws Exception {
    try (var consul = new FakeConsulCa(FakeConsulCa.roots(OURS, old));
        var authority = open(consul.url(), DOMAIN)) {
      assertThat(authority.signsFor(SpiffeId.consulService(DOMAIN, "default", "dc1", "billing")))
          .isTrue();
      for (var other :
          List.of(
              SpiffeId.consulService(DOMAIN, "default", "dc2", "billing"),
              SpiffeId.consulService(DOMAIN, "other", "dc1", "billing"),
              SpiffeId.serviceAccount(DOMAIN, "default", "billing"),
              SpiffeId.meshGateway(DOMAIN, "vms"),
              SpiffeId.controlPlane(DOMAIN),
              new SpiffeId(DOMAIN, "/ns/default/dc/dc1/svc/billing/more"))) {
        assertThat(authority.signsFor(other)).as(other.toString()).isFalse();
      }
    }
  }

  @Test
  void a_new_root_is_taken_up_at_once_and_the_old_one_retires() throws Exception {
    BlockingQueue<List<X509Certificate>> heard = new LinkedBlockingQueue<>();
    try (var consul = new FakeConsulCa(FakeConsulCa.roots(OURS, old));
        var authority = open(consul.url(), DOMAIN)) {
      authority.observe(() -> heard.add(authority.roots()));
      assertThat(heard.poll(20, TimeUnit.SECONDS)).containsExactly(old);
      assertThat(authority.retiring()).isEmpty();

      consul.tell(FakeConsulCa.roots(OURS, fresh, old));

      assertThat(heard.poll(20, TimeUnit.SECONDS)).containsExactly(fresh, old);
      assertThat(authority.retiring()).containsExactly(old);
    }
  }

  @Test
  void what_cannot_be_taken_up_now_is_told_again() throws Exception {
    BlockingQueue<String> tries = new LinkedBlockingQueue<>();
    try (var consul = new FakeConsulCa(FakeConsulCa.roots(OURS, old));
        var authority = open(consul.url(), DOMAIN)) {
      authority.observe(() -> {
        tries.add("try");
        if (tries.size() == 2) {
          throw new IOException("the disk is full");
        }
      });
      consul.tell(FakeConsulCa.roots(OURS, fresh, old));

      assertThat(consul.watchers.take()).isNotNull();
      assertThat(consul.watchers.poll(20, TimeUnit.SECONDS)).as("a second try").isNotNull();
    }
  }

  @Test
  void roots_of_another_trust_domain_are_never_taken_up() throws Exception {
    try (var consul = new FakeConsulCa(FakeConsulCa.roots(OURS, old));
        var authority = open(consul.url(), DOMAIN)) {
      consul.tell(FakeConsulCa.roots("other.consul", fresh));

      assertThat(consul.watchers.take()).isNotNull();
      assertThat(consul.watchers.poll(20, TimeUnit.SECONDS)).as("watched again").isNotNull();
      assertThat(authority.roots()).containsExactly(old);
    }
  }

  @Test
  void roots_that_were_told_before_are_trusted_while_it_is_away() throws Exception {
    URI url;
    try (var consul = new FakeConsulCa(FakeConsulCa.roots(OURS, fresh, old));
        var authority = open(consul.url(), DOMAIN)) {
      url = consul.url();
      assertThat(authority.roots()).containsExactly(fresh, old);
    }

    try (var authority = open(url, DOMAIN)) {
      assertThat(authority.roots()).containsExactly(fresh, old);
      assertThat(authority.retiring()).containsExactly(old);
    }
    assertThatThrownBy(() -> open(url, new TrustDomain("other.consul")))
        .hasMessageContainingAll("tombolo.trust-domain", OURS, "other.consul");
  }

  @Test
  void the_bundle_for_agents_has_the_roots_of_both_authorities() throws Exception {
    try (var consul = new FakeConsulCa(FakeConsulCa.roots(OURS, old));
        var _ = controlPlane(consul.url(), OURS)) {
      var bundle = Pem.parse(Files.readString(directory.resolve("state").resolve("bundle.pem")));

      assertThat(bundle).hasSize(2).contains(old);
    }
  }

  @Test
  void another_trust_domain_than_consuls_stops_the_start_before_anything_is_made()
      throws Exception {
    try (var consul = new FakeConsulCa(FakeConsulCa.roots(OURS, old))) {
      assertThatThrownBy(() -> controlPlane(consul.url(), "shop.example"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("tombolo.trust-domain: must be \"" + OURS + "\"")
          .hasMessageContaining("shop.example");
      assertThat(directory.resolve("state").resolve("ca")).doesNotExist();

      controlPlane(consul.url(), OURS).close();
    }
  }

  @Test
  void a_datacenter_that_is_not_read_is_refused_by_name() {
    assertThatThrownBy(() ->
            Configured.controlPlane(
                directory.resolve("state"),
                Map.of(
                    "tombolo.ca.provider", "consul",
                    "tombolo.ca.consul.datacenter", "dc9",
                    "tombolo.ca.consul.url", "http://127.0.0.1:1")))
        .hasMessageContainingAll("tombolo.ca.consul.datacenter", "dc9");
  }
}
