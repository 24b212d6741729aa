package io.tombolo.mesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "spiffe://",
        "spiffe:///path",
        "https://shop.example/web",
        "SPIFFE://shop.example/web",
        "spiffe://Shop.example/web",
        "spiffe://user@shop.example/web",
        "spiffe://shop.example:443/web",
        "spiffe://shop.example/",
        "spiffe://shop.example/web/",
        "spiffe://shop.example//web",
        "spiffe://shop.example/./web",
        "spiffe://shop.example/../web",
        "spiffe://shop.example/web/..",
        "spiffe://shop.example/we%20b",
        "spiffe://shop.example/we b",
        "spiffe://shop.example/web?x=1",
        "spiffe://shop.example/web#x",
        "spiffe://shop.example?x=1",
        "spiffe://shöp.example/web",
        "spiffe://shop.example/wéb",
        "spiffe://shop.example/web\n",
        "spiffe://[::1]/web"
      })
  void what_the_specification_forbids_is_refused(String uri) {
    assertThatThrownBy(() -> SpiffeId.parse(uri)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void an_identity_has_at_most_2048_bytes() {
    var longest = "spiffe://shop.example/" + "a".repeat(2048 - "spiffe://shop.example/".length());

    assertThat(SpiffeId.parse(longest)).hasToString(longest);
    assertThatThrownBy(() -> SpiffeId.parse(longest + "a")).hasMessageContaining("2048");
  }

  @Test
  void a_trust_domain_has_1_to_255_characters() {
    assertThat(new TrustDomain("a".repeat(255)).name()).hasSize(255);
    assertThatThrownBy(() -> new TrustDomain("a".repeat(256))).hasMessageContaining("255");
    assertThatThrownBy(() -> new TrustDomain("")).hasMessageContaining("255");
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
