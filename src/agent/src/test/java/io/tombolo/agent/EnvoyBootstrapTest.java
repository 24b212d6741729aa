package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.scope.Upstream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// With a real Envoy.
@Timeout(90)
class EnvoyBootstrapTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private final ProxyLauncher launcher = ProxyLauncher.found(System.getenv(), 1);
  @TempDir Path dir;
  private TestAuthority authority;

  @BeforeEach
  void an_authority_is_pinned_and_a_token_is_there() throws Exception {
    authority = TestAuthority.create("first");
    authority.pin(dir.resolve("bundle.pem"));
    Files.writeString(dir.resolve("token"), TestControlPlane.TOKEN);
  }

  private EnvoyBootstrap bootstrap(Address controlPlane, EnvoyBootstrap.Ads ads) {
    var upstream = new Upstream("shop/ca\"rt", 8080, "127.0.0.1", 9001);
    return new EnvoyBootstrap(
        new ProxyNode("consul/dc1/default/web-1", "web", "vms", "z1", List.of(upstream)),
        controlPlane,
        TestAuthority.DOMAIN,
        dir.resolve("sds.sock"),
        new EnvoyBootstrap.Admin.Loopback("127.0.0.1", 0),
        ads);
  }

  @ParameterizedTest
  @EnumSource(EnvoyBootstrap.Ads.class)
  void envoy_accepts_it_without_a_warning(EnvoyBootstrap.Ads ads) throws Exception {
    for (String host : List.of("127.0.0.1", "control-plane.example")) {
      var file = dir.resolve("envoy.json");
      bootstrap(new Address(host, 15012), ads).write(file);
      assertThat(launcher.validate(file)).contains("OK").satisfies(this::hasNoWarning);
    }
  }

  /// The one warning let through comes from the control plane of these tests, which has no ADS (12
  /// is UNIMPLEMENTED).
  private void hasNoWarning(String log) {
    assertThat(log.lines().filter(line -> line.contains("[warning]") || line.contains("[error]")))
        .filteredOn(line -> !line.contains("gRPC config stream to tombolo-xds closed: 12"))
        .isEmpty();
    assertThat(log).doesNotContainIgnoringCase("deprecated");
  }

  @Test
  @Tag("spine")
  void a_real_envoy_takes_the_svid_and_its_renewals_and_connects_with_them() throws Exception {
    try (var controlPlane = TestControlPlane.start(authority, Duration.ofSeconds(8))) {
      var config =
          new AgentConfig(
              controlPlane.address(),
              dir.resolve("bundle.pem"),
              TestAuthority.DOMAIN,
              new Attestation.JoinToken(dir.resolve("token")),
              dir.resolve("sds.sock"),
              "consul/dc1/default/web-1");
      bootstrap(controlPlane.address(), EnvoyBootstrap.Ads.DELTA).write(dir.resolve("envoy.json"));
      try (var agent = Agent.start(config);
          var envoy = launcher.start(dir.resolve("envoy.json"), dir.resolve("envoy.log"))) {
        agent.awaitIdentity(PATIENCE);
        var admin = admin(envoy);
        eventually(admin, "/certs", text -> text.contains(TestControlPlane.WORKLOAD));
        eventually(admin, "/stats", text -> counter(text, "cluster.tombolo-xds.ssl.handshake") > 0);
        eventually(admin, "/stats", text -> counter(text, "sds.default.update_success") > 1);
        var stats = get(admin, "/stats");
        assertThat(counter(stats, "cluster.tombolo-xds.ssl.fail_verify_san")).isZero();
        assertThat(counter(stats, "sds.ROOTCA.update_rejected")).isZero();
        hasNoWarning(Files.readString(envoy.log()));
      }
    }
  }

  private static long counter(String stats, String name) {
    return stats
        .lines()
        .filter(line -> line.contains(name + ": "))
        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElse(0);
  }

  /// The port that Envoy chose, from its log.
  private static URI admin(LaunchedProxy envoy) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end && envoy.isAlive()) {
      var line =
          Files.exists(envoy.log())
              ? Files.readString(envoy.log())
                  .lines()
                  .filter(one -> one.contains("admin address: "))
                  .findFirst()
              : Optional.<String>empty();
      if (line.isPresent()) {
        return URI.create("http://" + line.get().replaceFirst(".*admin address: ", "").strip());
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("Envoy did not start: " + Files.readString(envoy.log()));
  }

  private static String get(URI admin, String path) throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(admin.resolve(path)).build();
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  private static void eventually(URI admin, String path, Predicate<String> wanted)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    var text = get(admin, path);
    while (!wanted.test(text)) {
      assertThat(System.nanoTime()).as(path + " in time:\n" + text).isLessThan(end);
      text = get(admin, path);
    }
  }
}
