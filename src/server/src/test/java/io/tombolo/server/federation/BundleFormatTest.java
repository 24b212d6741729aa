package io.tombolo.server.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// SPIFFE Trust Domain and Bundle, section 4.
@Tag("identity")
class BundleFormatTest {
  private static final TrustDomain PARTNER = new TrustDomain("partner.example");
  private static final Duration HINT = Duration.ofMinutes(5);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Mint MINT = Mint.of("partner.example");

  private static TrustBundle bundle() {
    var keys = new TreeMap<String, PublicKey>(Map.of("one", Mint.ec().getPublic()));
    keys.put("two", Mint.rsa(2048).getPublic());
    return new TrustBundle(PARTNER, 7, MINT.roots(), keys);
  }

  private static ObjectNode document() throws Exception {
    return (ObjectNode) JSON.readTree(BundleFormat.write(bundle(), HINT));
  }

  private static BundleDocument read(String text) throws BundleUnusable {
    return BundleFormat.read(PARTNER, text.getBytes(StandardCharsets.UTF_8));
  }

  private static ObjectNode changed(Consumer<ObjectNode> change) throws Exception {
    var document = document();
    change.accept(document);
    return document;
  }

  private static ObjectNode key(ObjectNode document, int number) {
    return (ObjectNode) document.get("keys").get(number);
  }

  private static void refused(String why, Consumer<ObjectNode> change) throws Exception {
    var text = changed(change).toString();
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(BundleUnusable.class)
        .hasMessageContaining(why);
  }

  @Test
  void what_is_written_is_read_as_the_same() throws Exception {
    var bundle = bundle();
    var read = BundleFormat.read(PARTNER, BundleFormat.write(bundle, HINT));
    assertThat(read.bundle()).isEqualTo(bundle);
    assertThat(read.refreshHint()).contains(HINT);
  }

  @Test
  void every_element_has_kty_and_use_and_a_root_has_one_x5c() throws Exception {
    var keys = document().get("keys");
    assertThat(keys).hasSize(3).allSatisfy(key -> assertThat(key.has("kty")).isTrue());
    assertThat(keys)
        .extracting(key -> key.path("use").asText())
        .containsExactly("x509-svid", "jwt-svid", "jwt-svid");
    assertThat(keys.get(0).get("x5c")).hasSize(1);
    assertThat(keys.get(0).get("x5c").get(0).asText())
        .isEqualTo(Base64.getEncoder().encodeToString(MINT.root().getEncoded()));
    assertThat(keys.get(0).has("kid")).as("kid of a root").isFalse();
    assertThat(keys.get(1).path("kid").asText()).isEqualTo("one");
  }

  @Test
  void sequence_and_hint_are_set() throws Exception {
    assertThat(document().path("spiffe_sequence").longValue()).isEqualTo(7);
    assertThat(document().path("spiffe_refresh_hint").longValue()).isEqualTo(300);
  }

  @Test
  void neither_sequence_nor_hint_nor_anything_else_is_required() throws Exception {
    var read =
        read(
            changed(d -> d.remove(List.of("spiffe_sequence", "spiffe_refresh_hint")))
                .put("another", "parameter")
                .toString());
    assertThat(read.bundle().sequence()).isZero();
    assertThat(read.refreshHint()).isEmpty();
  }

  @Test
  void a_sequence_of_64_bits_is_read_as_it_is() throws Exception {
    var read = read(changed(d -> d.put("spiffe_sequence", Long.MAX_VALUE)).toString());
    assertThat(read.bundle().sequence()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void elements_of_an_unknown_use_are_ignored() throws Exception {
    var read = read(changed(d -> key(d, 0).put("use", "wit-svid")).toString());
    assertThat(read.bundle().roots()).isEmpty();
    assertThat(read.bundle().jwtKeys()).hasSize(2);
    assertThat(read(changed(d -> key(d, 0).put("use", "X509-SVID")).toString()).bundle().roots())
        .isEmpty();
  }

  @Test
  void elements_of_an_unknown_type_are_ignored() throws Exception {
    var read = read(changed(d -> key(d, 0).put("kty", "AKP")).toString());
    assertThat(read.bundle().roots()).isEmpty();
    assertThat(read.bundle().jwtKeys()).hasSize(2);
  }

  @Test
  void what_must_be_set_must_be_set() throws Exception {
    refused("keys: missing", d -> d.remove("keys"));
    refused("keys: missing", d -> d.put("keys", "none"));
    refused("keys[0].kty: missing", d -> key(d, 0).remove("kty"));
    refused("keys[0].use: missing", d -> key(d, 0).remove("use"));
    refused("keys[0].kty: missing", d -> key(d, 0).put("kty", 1));
    refused("keys[1].kid: missing", d -> key(d, 1).remove("kid"));
  }

  @Test
  void a_root_without_x5c_is_ignored() throws Exception {
    for (var set :
        List.of(changed(d -> key(d, 0).remove("x5c")), changed(d -> key(d, 0).putArray("x5c")))) {
      var read = read(set.toString());
      assertThat(read.bundle().roots()).isEmpty();
      assertThat(read.bundle().jwtKeys()).hasSize(2);
    }
  }

  @Test
  void all_but_the_first_certificate_of_x5c_are_ignored() throws Exception {
    var other = Base64.getEncoder().encodeToString(Mint.of("partner.example").root().getEncoded());
    for (var next : List.of(other, "no certificate")) {
      var read = read(changed(d -> key(d, 0).withArray("x5c").add(next)).toString());
      assertThat(read.bundle().roots()).containsExactly(MINT.root());
    }
  }

  @Test
  void a_root_is_the_certificate_of_an_authority() throws Exception {
    var leaf = MINT.leaf("spiffe://partner.example/a");
    refused(
        "keys[0]",
        d -> key(d, 0).putArray("x5c").add(Base64.getEncoder().encodeToString(der(leaf))));
    var twice = Arrays.copyOf(MINT.root().getEncoded(), MINT.root().getEncoded().length * 2);
    refused(
        "keys[0]", d -> key(d, 0).putArray("x5c").add(Base64.getEncoder().encodeToString(twice)));
    var bundleOfLeaf = TrustBundle.of(PARTNER, 1, List.of(leaf.certificate()));
    assertThatThrownBy(() -> BundleFormat.read(PARTNER, BundleFormat.write(bundleOfLeaf, HINT)))
        .hasMessageContaining("is not the certificate of an authority");
  }

  private static byte[] der(Mint.Leaf leaf) {
    try {
      return leaf.certificate().getEncoded();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void a_root_has_the_key_that_is_written_beside_it() throws Exception {
    var other = Mint.of("partner.example");
    refused(
        "keys[0]",
        d ->
            key(d, 0)
                .putArray("x5c")
                .add(
                    Base64.getEncoder()
                        .encodeToString(der(new Mint.Leaf(other.root(), other.keys())))));
  }

  @Test
  void a_root_of_another_trust_domain_is_not_taken_by_mistake() throws Exception {
    for (var name : List.of("other.example", "partner.example.evil", "partner.exampl")) {
      var other = TrustBundle.of(PARTNER, 1, Mint.of(name).roots());
      assertThatThrownBy(() -> BundleFormat.read(PARTNER, BundleFormat.write(other, HINT)))
          .hasMessageContaining("not of trust domain partner.example");
    }
  }

  @Test
  void private_parts_are_refused_whatever_the_use_and_not_repeated() throws Exception {
    for (var secret : List.of("d", "p", "q", "dp", "dq", "qi", "oth", "k")) {
      for (var use : List.of("x509-svid", "jwt-svid", "another")) {
        var text = changed(d -> key(d, 0).put("use", use).put(secret, "c2VjcmV0LXZhbHVl"));
        assertThatThrownBy(() -> read(text.toString()))
            .hasMessageContaining("keys[0]." + secret)
            .hasMessageNotContaining("c2VjcmV0LXZhbHVl");
      }
    }
  }

  @Test
  void keys_with_the_same_id_are_refused() throws Exception {
    refused("keys[2].kid: another", d -> key(d, 2).put("kid", "one"));
  }

  @Test
  void a_bundle_without_any_key_is_refused() throws Exception {
    refused("keys: there is none", d -> d.putArray("keys"));
    refused(
        "keys: there is none", d -> d.get("keys").forEach(k -> ((ObjectNode) k).put("use", "x")));
  }

  @Test
  void numbers_are_whole_and_not_negative() throws Exception {
    for (var name : List.of("spiffe_sequence", "spiffe_refresh_hint")) {
      refused(name, d -> d.put(name, -1));
      refused(name, d -> d.put(name, 1.5));
      refused(name, d -> d.put(name, "7"));
      refused(name, d -> d.putNull(name));
      refused(name, d -> d.put(name, new java.math.BigInteger("9223372036854775808")));
    }
  }

  @Test
  void weak_and_wrong_keys_are_refused() throws Exception {
    var weak = new TreeMap<String, PublicKey>(Map.of("weak", Mint.rsa(1024).getPublic()));
    var bundle = new TrustBundle(PARTNER, 1, List.of(), weak);
    assertThatThrownBy(() -> BundleFormat.read(PARTNER, BundleFormat.write(bundle, HINT)))
        .hasMessageContaining("2048");
    refused("keys[1]", d -> key(d, 1).put("x", "AAAA"));
    refused("keys[1]", d -> key(d, 1).put("crv", "secp256k1-not"));
  }

  @Test
  void what_is_not_one_json_object_in_utf8_is_refused() {
    for (var text :
        List.of(
            "",
            "[]",
            "null",
            "7",
            "{",
            "{} {}",
            "{\"keys\":[],\"keys\":[]}",
            "{\"keys\":" + "[".repeat(1000))) {
      assertThatThrownBy(() -> read(text)).as(text).isInstanceOf(BundleUnusable.class);
    }
    byte[] utf16 = "{\"keys\":[]}".getBytes(StandardCharsets.UTF_16);
    assertThatThrownBy(() -> BundleFormat.read(PARTNER, utf16)).isInstanceOf(BundleUnusable.class);
  }

  @Test
  void what_is_too_large_is_refused() {
    assertThatThrownBy(() -> BundleFormat.read(PARTNER, new byte[BundleFormat.MOST_BYTES + 1]))
        .hasMessageContaining("262144 bytes");
    assertThatThrownBy(() -> read("{\"keys\":[" + "{},".repeat(300) + "{}]}"))
        .hasMessageContaining("more than 256");
  }

  @Test
  void whatever_is_changed_in_a_bundle_it_is_read_or_refused() throws Exception {
    var random = new Random(30);
    var whole = BundleFormat.write(bundle(), HINT);
    int refused = 0;
    for (int round = 0; round < 2000; round++) {
      var bytes = whole.clone();
      for (int i = 0; i <= random.nextInt(3); i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(BundleFormat.read(PARTNER, bytes).bundle().trustDomain()).isEqualTo(PARTNER);
      } catch (BundleUnusable expected) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(1000);
  }
}
