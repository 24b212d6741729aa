package io.tombolo.xds;

import static io.tombolo.xds.TwoWorlds.BILLING;
import static io.tombolo.xds.TwoWorlds.CART;
import static io.tombolo.xds.TwoWorlds.DB;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.mesh.scope.Upstream;
import io.tombolo.mesh.traffic.Reporting;
import io.tombolo.xds.snapshot.ResourceType;
import io.tombolo.xds.snapshot.Snapshots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What whole proxies of a small mesh of two worlds are told. `-Dgolden=write` writes the files
/// anew; real Envoy has to take each of them.
@Tag("spine")
class ProxyGoldenTest {
  private static final Path DIRECTORY = Path.of("src/test/golden");

  private static final Map<String, Proxy> PROXIES =
      new TreeMap<>(
          Map.of(
              "a_pod_that_declares_its_upstreams",
              TwoWorlds.sidecar(
                  CART,
                  "10.1.0.7",
                  new Upstream("billing", 0, "127.0.0.1", 9001),
                  new Upstream("stock.shop", 9090, "127.0.0.1", 9002)),
              "a_pod_whose_traffic_is_redirected",
              TwoWorlds.sidecar(TwoWorlds.STOCK, "10.1.0.9"),
              "a_vm_that_reports_requests",
              reporting(TwoWorlds.sidecar(BILLING, "10.2.0.7")),
              "a_vm_that_reports_connections",
              reporting(TwoWorlds.sidecar(DB, "10.2.0.8")),
              "a_vm",
              TwoWorlds.sidecar(
                  BILLING,
                  "10.2.0.7",
                  new Upstream("db", 0, "127.0.0.1", 9001),
                  new Upstream("cart-shop", 0, "127.0.0.1", 9002)),
              "a_vm_whose_callers_need_tokens",
              TwoWorlds.sidecar(BILLING, "10.2.0.7"),
              "the_gateway_of_the_pods",
              TwoWorlds.gateway("pods"),
              "the_gateway_of_the_vms",
              TwoWorlds.gateway("vms")));

  private static final List<Fact> TOKENS =
      List.of(
          new Fact.Registered(TwoWorlds.jwtProvider("okta", TwoWorlds.knownKeys())),
          new Fact.Registered(TwoWorlds.jwtProvider("corp", TwoWorlds.fetchedKeys("keys.example"))),
          new Fact.Registered(TwoWorlds.askingForTokens("billing", "okta", "corp")));

  static Set<String> names() {
    return PROXIES.keySet();
  }

  private static Bootstrap bootstrap(String name) {
    var proxy = Objects.requireNonNull(PROXIES.get(name));
    var facts = name.endsWith("tokens") ? TOKENS : List.<Fact>of();
    var snapshot = new Snapshots().next(proxy.reports() ? reporting() : TwoWorlds.mesh(facts));
    return new StaticBootstrap(snapshot.viewFor(proxy), proxy.reports()).bootstrap();
  }

  private static Proxy reporting(Proxy proxy) {
    return new Proxy(
        proxy.nodeId(),
        proxy.identity(),
        proxy.role(),
        proxy.network(),
        proxy.zone(),
        List.of(new Upstream("cart-shop", 0, "127.0.0.1", 9002)),
        true);
  }

  private static Mesh reporting() {
    var settings = TwoWorlds.SETTINGS;
    return Mesh.of(
        TwoWorlds.catalog(),
        new Mesh.Settings(
            settings.trustDomain(),
            settings.sameName(),
            settings.gateways(),
            settings.visibility(),
            settings.mode(),
            settings.adoption(),
            new Reporting(true, Set.of("x-tenant"))));
  }

  @Test
  void a_proxy_that_cannot_report_is_told_what_others_are() {
    var proxy = TwoWorlds.sidecar(BILLING, "10.2.0.7");

    assertThat(
            new Snapshots()
                .next(reporting())
                .viewFor(proxy)
                .of(ResourceType.LISTENER)
                .all()
                .toList())
        .isEqualTo(
            new Snapshots()
                .next(TwoWorlds.mesh())
                .viewFor(proxy)
                .of(ResourceType.LISTENER)
                .all()
                .toList());
  }

  @ParameterizedTest
  @MethodSource("names")
  void a_proxy_is_told(String name) throws IOException {
    new Golden(DIRECTORY).matches(name, bootstrap(name));
  }

  @ParameterizedTest
  @MethodSource("names")
  void real_envoy_takes_what_a_proxy_is_told(String name, @TempDir Path directory)
      throws IOException, InterruptedException {
    var file = directory.resolve("envoy.json");
    Files.writeString(
        file, JsonFormat.printer().usingTypeRegistry(KnownTypes.REGISTRY).print(bootstrap(name)));

    var envoy =
        new ProcessBuilder(envoy(), "--mode", "validate", "-c", file.toString())
            .redirectErrorStream(true)
            .start();
    var said = new String(envoy.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(envoy.waitFor()).as(said).isZero();
    assertThat(said).contains("OK").doesNotContainIgnoringCase("deprecated");
  }

  @Test
  void every_golden_file_belongs_to_a_test() throws IOException {
    try (var files = Files.list(DIRECTORY)) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString().replace(".json", ""))
                  .collect(Collectors.toSet()))
          .isEqualTo(PROXIES.keySet());
    }
  }

  private static String envoy() {
    var parts = System.getenv("TOMBOLO_PARTS");
    var cache = Path.of(System.getProperty("user.home"), ".cache", "tombolo", "parts");
    return (parts == null ? cache : Path.of(parts)).resolve("envoy").toString();
  }
}
