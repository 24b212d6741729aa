package io.tombolo.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The demo's cast and the files of the example say the same.
class ShopTest {
  private static final Path EXAMPLE = Path.of("../../examples/two-worlds");

  @Test
  void every_vm_is_in_consuls_files_under_its_name_and_address() throws IOException {
    for (var member : Shop.MEMBERS) {
      if (member.kind().equals("VM")) {
        var file = EXAMPLE.resolve("consul/dc1/" + member.name() + ".json");
        var service = new ObjectMapper().readTree(Files.readString(file)).path("service");
        assertThat(member.node()).isEqualTo("consul/dc1/default/" + service.path("id").asText());
        assertThat(service.path("address").asText()).isEqualTo(member.address());
        assertThat(service.path("port").asInt()).isEqualTo(member.application().port());
        assertThat(service.path("meta").path("tombolo-app-address").asText())
            .isEqualTo(member.address());
      }
    }
  }

  @Test
  void every_pod_is_in_the_manifests_under_its_name_and_address() throws IOException {
    for (var member : Shop.MEMBERS) {
      if (member.kind().equals("pod")) {
        var text =
            Files.readString(EXAMPLE.resolve("kubernetes/cluster-1/" + member.name() + ".yaml"));
        var pod = member.node().substring(member.node().lastIndexOf('/') + 1);
        assertThat(text)
            .contains("name: " + pod + "\n")
            .contains("podIP: " + member.address() + "\n")
            .contains("serviceAccountName: " + member.name() + " ")
            .contains("addresses: [\"" + member.address() + "\"]");
      }
    }
  }

  @Test
  void the_calls_go_both_ways_between_the_worlds_and_one_of_each_is_denied() {
    assertThat(Shop.CALLS).anyMatch(call -> crossing(call, "pods", "vms") && call.allowed());
    assertThat(Shop.CALLS).anyMatch(call -> crossing(call, "pods", "vms") && !call.allowed());
    assertThat(Shop.CALLS).anyMatch(call -> crossing(call, "vms", "pods") && call.allowed());
    assertThat(Shop.CALLS).anyMatch(call -> crossing(call, "vms", "pods") && !call.allowed());
  }

  private static boolean crossing(Shop.Call call, String from, String to) {
    return call.from().network().equals(from) && call.to().network().equals(to);
  }

  @Test
  void everything_listens_on_an_address_of_its_own() {
    assertThat(Shop.addresses()).doesNotHaveDuplicates().hasSize(16);
  }
}
