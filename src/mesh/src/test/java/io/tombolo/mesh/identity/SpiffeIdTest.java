package io.tombolo.mesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What SPIFFE-ID demands of an identity, section by section.
@Tag("identity")
class SpiffeIdTest {
  private static final TrustDomain TD = new TrustDomain("shop.example");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spiffe://shop.example",
        "spiffe://shop.example/ns/shop/sa/web",
        "spiffe://shop_1.example-2/A.b/-/_/...",
        "spiffe://10.0.0.1/x"
      })
  void what_the_specification_allows_is_read_and_written_unchanged(String uri) {
    assertThat(SpiffeId.parse(uri)).hasToString(uri);
  }

  private static void refused(String uri) {
    assertThatThrownBy(() -> SpiffeId.parse(uri))
        .as(uri)
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "shop.example/web",
        "//shop.example/web",
        "https://shop.example/web",
        "spiffes://shop.example/web",
        "spiffe:/shop.example/web",
        "spiffe:shop.example/web",
        " spiffe://shop.example/web",
        "SPIFFE://shop.example/web"
      })
  void section_2_the_scheme_must_be_spiffe(String uri) {
    refused(uri);
  }

  @ParameterizedTest
  @ValueSource(strings = {"spiffe://", "spiffe:///", "spiffe:///path", "spiffe:////path"})
  void section_2_and_2_1_the_trust_domain_must_not_be_empty(String uri) {
    refused(uri);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spiffe://shop.example/web?x=1",
        "spiffe://shop.example/web?",
        "spiffe://shop.example/web#x",
        "spiffe://shop.example/web#",
        "spiffe://shop.example?x=1",
        "spiffe://shop.example#x"
      })
  void section_2_there_must_be_no_query_and_no_fragment(String uri) {
    refused(uri);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spiffe://user@shop.example/web",
        "spiffe://user:password@shop.example/web",
        "spiffe://@shop.example/web",
        "spiffe://shop.example:443/web",
        "spiffe://shop.example:/web",
        "spiffe://[::1]/web"
      })
  void section_2_1_user_and_port_must_be_empty(String uri) {
    refused(uri);
  }

  /// Section 2.4 has trust domains compared without regard to case; as one in capitals is none,
  /// there is nothing to compare.
  @ParameterizedTest
  @ValueSource(strings = {"Shop.example", "shop.EXAMPLE", "shop.examplE"})
  void section_2_1_the_trust_domain_must_be_in_lower_case(String name) {
    refused("spiffe://" + name + "/web");
    assertThatThrownBy(() -> new TrustDomain(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void section_2_1_the_trust_domain_must_have_letters_digits_dots_dashes_and_underscores_only() {
    for (char c = 0; c < 0x250; c++) {
      boolean allowed = "abcdefghijklmnopqrstuvwxyz0123456789.-_".indexOf(c) >= 0;
      var uri = "spiffe://sh%sp.example".formatted(c);
      if (allowed) {
        assertThat(SpiffeId.parse(uri)).hasToString(uri);
      } else if (c != '/') {
        refused(uri);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sh%6fp.example", "shop%2eexample", "%73hop.example", "shop.example%00"})
  void section_2_1_the_trust_domain_must_not_be_percent_encoded(String name) {
    refused("spiffe://" + name + "/web");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.0.0.1", "999.999", "0x7f.1", "-", "_", ".", "a..b", "-a-", "xn--a", "1"})
  void section_2_1_the_trust_domain_must_be_taken_alike_if_it_is_an_address_or_no_name_of_dns(
      String name) {
    assertThat(SpiffeId.parse("spiffe://" + name + "/web"))
        .isEqualTo(new SpiffeId(new TrustDomain(name), "/web"))
        .hasToString("spiffe://" + name + "/web");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/we%20b", "/%77eb", "/web%2fadmin", "/%2e%2e/web", "/web%00", "/%"})
  void section_2_2_the_path_must_not_be_percent_encoded(String path) {
    refused("spiffe://shop.example" + path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"//web", "/shop//web", "/./web", "/../web", "/web/..", "/web/.", "/.", "/.."})
  void section_2_2_segments_must_not_be_empty_or_relative(String path) {
    refused("spiffe://shop.example" + path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/web/", "/shop/web/", "//"})
  void section_2_2_there_must_be_no_slash_at_the_end(String path) {
    refused("spiffe://shop.example" + path);
  }

  @Test
  void section_2_2_segments_must_have_letters_digits_dots_dashes_and_underscores_only() {
    var most = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_/";
    for (char c = 0; c < 0x250; c++) {
      var uri = "spiffe://shop.example/w%sb".formatted(c);
      if (most.indexOf(c) >= 0) {
        assertThat(SpiffeId.parse(uri)).hasToString(uri);
      } else {
        refused(uri);
      }
    }
  }

  @Test
  void section_2_3_identities_of_2048_bytes_must_be_supported_and_longer_ones_are_not_made() {
    var longest = "spiffe://shop.example/" + "a".repeat(2048 - "spiffe://shop.example/".length());

    assertThat(SpiffeId.parse(longest)).hasToString(longest);
    assertThatThrownBy(() -> SpiffeId.parse(longest + "a")).hasMessageContaining("2048");
  }

  @Test
  void section_2_3_a_trust_domain_has_at_most_255_bytes() {
    assertThat(new TrustDomain("a".repeat(255)).name()).hasSize(255);
    assertThatThrownBy(() -> new TrustDomain("a".repeat(256))).hasMessageContaining("255");
    assertThatThrownBy(() -> new TrustDomain("")).hasMessageContaining("255");
  }

  @Test
  void section_2_4_paths_in_other_case_are_other_identities() {
    assertThat(SpiffeId.parse("spiffe://shop.example/Web"))
        .isNotEqualTo(SpiffeId.parse("spiffe://shop.example/web"));
  }

  @Test
  void pods_and_vms_have_the_forms_that_istio_and_consul_use() {
    assertThat(SpiffeId.serviceAccount(TD, "shop", "web"))
        .hasToString("spiffe://shop.example/ns/shop/sa/web");
    assertThat(SpiffeId.consulService(TD, "default", "dc1", "billing"))
        .hasToString("spiffe://shop.example/ns/default/dc/dc1/svc/billing");
    assertThat(SpiffeId.meshGateway(TD, "vms"))
        .hasToString("spiffe://shop.example/gateway/mesh/vms");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "web/sa/admin", "../web", "web%2f", "web\u0000"})
  void a_name_cannot_reach_outside_its_segment(String name) {
    assertThatThrownBy(() -> SpiffeId.serviceAccount(TD, "shop", name))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SpiffeId.consulService(TD, "default", name, "billing"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SpiffeId.meshGateway(TD, name))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
