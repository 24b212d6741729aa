package io.tombolo.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Heard;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.Source;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.catalog.SourceStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DirectorySourceTest {
  private static final ServiceId CART = new ServiceId(SourceId.consul("dc1"), "default", "cart");
  private static final ServiceId SHOP = new ServiceId(SourceId.kubernetes("c1"), "default", "shop");

  @TempDir private Path directory;
  private Path consul;
  private Path kubernetes;
  private final List<Source> followed = new ArrayList<>();
  private Heard heard;

  @BeforeEach
  void folders() throws IOException {
    consul = Files.createDirectories(directory.resolve("consul/dc1"));
    kubernetes = Files.createDirectories(directory.resolve("kubernetes/c1"));
    heard = new Heard(CART.source());
  }

  @AfterEach
  void close() {
    followed.forEach(Source::close);
  }

  private void follow(SourceId id) throws InterruptedException {
    var source =
        DirectoryRig.sources(directory).stream()
            .filter(candidate -> candidate.id().equals(id))
            .findFirst()
            .orElseThrow();
    heard = new Heard(id);
    followed.add(source);
    source.start(heard);
    heard.awaitStatus(SourceStatus.Synced.class);
  }

  private static String cart(String address) {
    return "{\"service\": {\"name\": \"cart\", \"address\": \"%s\", \"port\": 80}}"
        .formatted(address);
  }

  private static List<String> addresses(Catalog catalog, ServiceId service) {
    return catalog.endpointsOf(service).map(Endpoint::address).sorted().toList();
  }

  private void awaitCart(String... addresses) throws InterruptedException {
    heard.await(
        "cart at " + List.of(addresses), c -> addresses(c, CART).equals(List.of(addresses)));
  }

  private String awaitRefused(String what) throws InterruptedException {
    heard.await("the refusal of " + what, c -> refused(c, what).isPresent());
    return refused(heard.catalog(), what).orElseThrow();
  }

  private static Optional<String> refused(Catalog catalog, String what) {
    return catalog.others().values().stream()
        .filter(item -> item instanceof Refused refused && refused.what().contains(what))
        .map(item -> ((Refused) item).reason())
        .findFirst();
  }

  @Test
  void each_folder_of_each_world_is_a_source() {
    assertThat(DirectoryRig.sources(directory))
        .extracting(found -> found.id().toString())
        .containsExactlyInAnyOrder("consul/dc1", "kubernetes/c1");
  }

  @Test
  void a_directory_that_is_not_there_is_an_error_with_a_way_out() {
    assertThatThrownBy(() -> DirectoryRig.sources(directory.resolve("nowhere")))
        .hasMessageContaining("tombolo.directory")
        .hasMessageContaining("nowhere");
  }

  @Test
  void a_folder_that_cannot_be_a_source_is_an_error() throws IOException {
    Files.createDirectories(directory.resolve("consul/DC 1"));
    assertThatThrownBy(() -> DirectoryRig.sources(directory)).hasMessageContaining("DC 1");
  }

  @Test
  void consul_files_say_services_protocols_and_intentions() throws Exception {
    Files.writeString(
        consul.resolve("all.json"),
        """
        [{"services": [{"name": "cart", "id": "c1", "address": "10.0.0.1", "port": 80},
                       {"name": "cart", "id": "c2", "address": "10.0.0.2", "port": 80}]},
         {"Kind": "service-defaults", "Name": "cart", "Protocol": "grpc"},
         {"kind": "service-intentions", "name": "cart",
          "sources": [{"name": "web", "action": "allow"}]}]
        """);
    follow(SourceId.consul("dc1"));

    assertThat(addresses(heard.catalog(), CART)).containsExactly("10.0.0.1", "10.0.0.2");
    assertThat(heard.catalog().services().values())
        .extracting(service -> service.ports().getFirst().protocol())
        .containsExactly(Protocol.GRPC);
    assertThat(heard.catalog().others().toString()).contains("web -> cart allow");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"service\":\n{\"name\": ", "", "[5]", "{\"service\": {\"name\": 5}}"})
  void a_broken_file_keeps_what_it_said_and_is_refused(String broken) throws Exception {
    Files.writeString(consul.resolve("cart.json"), cart("10.0.0.1"));
    follow(SourceId.consul("dc1"));

    Files.writeString(consul.resolve("cart.json"), broken);
    assertThat(awaitRefused("cart.json")).contains("stays in force");
    assertThat(addresses(heard.catalog(), CART)).containsExactly("10.0.0.1");
    Files.writeString(consul.resolve("cart.json"), cart("10.0.0.2"));
    awaitCart("10.0.0.2");

    heard.await("no refusal", c -> refused(c, "cart.json").isEmpty());
    assertThat(heard.facts())
        .noneMatch(fact -> fact instanceof Fact.Gone(var key) && key.name().equals("cart"));
  }

  @Test
  void the_line_of_an_error_is_named() throws Exception {
    Files.writeString(consul.resolve("x.json"), "{\n  \"service\": {\n oops\n}}");
    follow(SourceId.consul("dc1"));

    assertThat(awaitRefused("x.json")).startsWith("line 3: ");
  }

  @Test
  void a_file_that_an_editor_saves_by_renaming_is_read_once_and_not_gone_between()
      throws Exception {
    Files.writeString(consul.resolve("cart.json"), cart("10.0.0.1"));
    follow(SourceId.consul("dc1"));
    var fresh = Files.writeString(consul.resolve(".cart.json.swp"), cart("10.0.0.2"));
    Files.move(fresh, consul.resolve("cart.json"), StandardCopyOption.REPLACE_EXISTING);
    awaitCart("10.0.0.2");

    Files.move(consul.resolve("cart.json"), consul.resolve("cart.json~"));
    Files.writeString(consul.resolve("cart.json"), cart("10.0.0.3"));
    awaitCart("10.0.0.3");
    assertThat(heard.facts()).noneMatch(Fact.Gone.class::isInstance);
  }

  @Test
  void a_deleted_file_takes_its_objects_along() throws Exception {
    Files.writeString(consul.resolve("cart.json"), cart("10.0.0.1"));
    follow(SourceId.consul("dc1"));

    Files.delete(consul.resolve("cart.json"));
    heard.await("no cart", c -> !c.services().containsKey(CART));
  }

  @Test
  void hcl_is_refused_with_the_way_out() throws Exception {
    Files.writeString(consul.resolve("cart.hcl"), "service { name = \"cart\" }");
    follow(SourceId.consul("dc1"));

    assertThat(awaitRefused("cart.hcl")).contains("write it as JSON");
  }

  @Test
  void other_kinds_and_objects_written_twice_are_refused() throws Exception {
    Files.writeString(
        kubernetes.resolve("a.yaml"),
        Manifest.service("shop")
            + "---\n"
            + Manifest.instance("shop", "shop-1", "10.0.0.1")
            + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\n");
    Files.writeString(kubernetes.resolve("b.yaml"), Manifest.service("shop"));
    follow(SourceId.kubernetes("c1"));

    assertThat(addresses(heard.catalog(), SHOP)).containsExactly("10.0.0.1");
    assertThat(awaitRefused("Deployment default/shop")).startsWith("kind: ");
    assertThat(awaitRefused("b.yaml: Service default/shop")).contains("a.yaml");
  }

  @Test
  void hostile_files_are_refused_and_harm_no_other() throws Exception {
    Files.writeString(kubernetes.resolve("bomb.yaml"), bomb());
    Files.writeString(kubernetes.resolve("deep.yaml"), "[".repeat(200_000));
    Files.writeString(kubernetes.resolve("deep.json"), "{\"a\":".repeat(100_000));
    Files.write(kubernetes.resolve("long.yaml"), new byte[Folder.MOST_BYTES + 1]);
    Files.write(kubernetes.resolve("binary.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    Files.writeString(kubernetes.resolve("e\u001b[2J.yaml"), "kind: [");
    Files.createSymbolicLink(kubernetes.resolve("link.yaml"), Path.of("/dev/zero"));
    Files.writeString(kubernetes.resolve("good.yaml"), Manifest.service("shop"));
    follow(SourceId.kubernetes("c1"));

    assertThat(heard.catalog().services()).containsOnlyKeys(SHOP);
    for (var file : List.of("bomb", "deep.yaml", "deep.json", "long", "binary", "e\\u001b")) {
      assertThat(awaitRefused(file)).isNotEmpty();
    }
    assertThat(heard.catalog().others().toString()).doesNotContain("\u001b");
  }

  private static String bomb() {
    var text = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 60; i++) {
      text.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    return text.toString();
  }

  @Test
  void a_change_of_a_file_is_known_promptly() throws Exception {
    Files.writeString(consul.resolve("cart.json"), cart("10.0.1.0"));
    follow(SourceId.consul("dc1"));
    long[] micros = new long[40];
    for (int i = 0; i < micros.length; i++) {
      long before = System.nanoTime();
      Files.writeString(consul.resolve("cart.json"), cart("10.0.0." + i));
      awaitCart("10.0.0." + i);
      micros[i] = (System.nanoTime() - before) / 1_000;
    }
    Arrays.sort(micros);
    System.out.printf(
        "Directory, written to fact, 40 changes: p50 %.1f ms, max %.1f ms%n",
        micros[20] / 1e3, micros[39] / 1e3);
    assertThat(micros[20]).isLessThan(400_000);
  }
}
