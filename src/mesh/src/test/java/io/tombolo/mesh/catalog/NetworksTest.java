package io.tombolo.mesh.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.mesh.catalog.Networks.Place;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworksTest {
  private static final Networks TWO =
      new Networks(
          Map.of(
              "pods", List.of(Cidr.parse("10.1.0.0/16"), Cidr.parse("fd00:1::/64")),
              "vms", List.of(Cidr.parse("10.2.0.0/16"))));
  private static final Networks OPEN = new Networks(Map.of("pods", List.of(), "vms", List.of()));

  @Test
  void an_address_belongs_to_the_network_that_declares_its_range() {
    assertThat(TWO.place("10.1.255.255", "vms")).isEqualTo(new Place.In("pods"));
    assertThat(TWO.place("fd00:1::7", "vms")).isEqualTo(new Place.In("pods"));
    assertThat(TWO.place("10.2.0.1", "pods")).isEqualTo(new Place.In("vms"));
  }

  @Test
  void an_address_outside_all_declared_ranges_is_refused_with_the_key_to_change() {
    assertThat(TWO.place("10.3.0.1", "vms"))
        .isInstanceOfSatisfying(
            Place.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .contains("10.3.0.1")
                    .contains("tombolo.networks.\"vms\".cidrs"));
  }

  @Test
  void without_declared_ranges_an_address_belongs_to_the_network_of_its_source() {
    assertThat(OPEN.place("192.0.2.1", "vms")).isEqualTo(new Place.In("vms"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1", "169.254.169.254", "224.0.0.1", "0.0.0.0", "::1", "fe80::1", "::"})
  void an_address_that_means_something_else_on_each_host_is_refused(String address) {
    assertThat(OPEN.place(address, "vms")).isInstanceOf(Place.Refused.class);
  }

  @Test
  void loopback_is_let_in_where_a_network_declares_it() {
    var demo = new Networks(Map.of("vms", List.of(Cidr.parse("127.0.2.0/24"))));

    assertThat(demo.place("127.0.2.10", "vms")).isEqualTo(new Place.In("vms"));
    assertThat(demo.place("127.0.3.10", "vms")).isInstanceOf(Place.Refused.class);
  }

  /// Each of them stands for an address to some parser, but Envoy would refuse the whole resource.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "web.example",
        "10.1",
        "167837697",
        "010.1.0.1",
        "10.1.0.1 ",
        "::ffff:10.1.0.1",
        "[fd00:1::7]",
        "fd00:1::7%eth0",
        "10.1.0.1\n"
      })
  void text_that_is_not_an_address_in_its_usual_form_is_refused(String address) {
    assertThat(OPEN.place(address, "pods")).isInstanceOf(Place.Refused.class);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.255.255, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.0.0.128/25, 10.0.0.127, false",
    "10.0.0.128/25, 10.0.0.128, true",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, ::1, false",
    "10.0.0.7, 10.0.0.7, true",
    "10.0.0.7, 10.0.0.6, false",
    "fc00::/7, fe00::, false",
    "fd00::/8, fdff::1, true"
  })
  void a_range_holds_the_addresses_that_share_its_first_bits(
      String range, String address, boolean inside) {
    assertThat(Cidr.parse(range).contains(Ip.parse(address))).isEqualTo(inside);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/8", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0.0/x", "a/8"})
  void a_range_that_is_none_is_refused(String range) {
    assertThatThrownBy(() -> Cidr.parse(range)).isInstanceOf(IllegalArgumentException.class);
  }
}
