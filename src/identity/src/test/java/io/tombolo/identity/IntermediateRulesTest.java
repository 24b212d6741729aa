package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.identity.Foreign.Draft;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("identity")
class IntermediateRulesTest {
  private static final Draft GOOD = Draft.authority("Ours", 0);

  private final Foreign root = Foreign.root();
  private final KeyPair own = Ca.ec("secp256r1");
  private final IntermediateRules rules = new IntermediateRules(Ca.DOMAIN, List.of());

  private Intermediate accept(X509Certificate... given) {
    return rules.accept(List.of(given), own.getPrivate(), Ca.NOW);
  }

  private void refuses(Draft draft, String... reasons) {
    var certificate = root.certify(draft, own.getPublic());
    assertThatThrownBy(() -> accept(certificate, root.certificate()))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(
            refusal -> assertThat(refusal.getMessage()).contains(reasons).matches("[ -~]{20,600}"));
  }

  @Test
  void an_intermediate_directly_under_its_root_is_accepted() {
    var certificate = root.certify(GOOD, own.getPublic());

    var accepted = accept(certificate, root.certificate());

    assertThat(accepted.chain()).containsExactly(certificate);
    assertThat(accepted.root()).isEqualTo(root.certificate());
  }

  @Test
  void certificates_come_in_any_order_with_others_between_them() {
    var middle = root.below(Draft.authority("Middle", 1));
    var certificate = middle.certify(GOOD, own.getPublic());
    var stranger = Foreign.root(Draft.authority("Stranger", 3), Ca.ec("secp256r1"));

    var accepted =
        accept(root.certificate(), stranger.certificate(), middle.certificate(), certificate);

    assertThat(accepted.chain()).containsExactly(certificate, middle.certificate());
    assertThat(accepted.root()).isEqualTo(root.certificate());
  }

  @Test
  void rsa_keys_and_rsa_roots_are_accepted() {
    var rsa = Foreign.root(Draft.authority("RSA root", 1), Ca.rsa(2048));
    var ours = Ca.rsa(2048);
    var certificate = rsa.certify(GOOD, ours.getPublic());

    var accepted = rules.accept(List.of(certificate, rsa.certificate()), ours.getPrivate(), Ca.NOW);

    assertThat(accepted.certificate()).isEqualTo(certificate);
  }

  @Test
  void a_root_that_is_configured_completes_the_chain_and_no_other_is_accepted() {
    var certificate = root.certify(GOOD, own.getPublic());
    var strict = new IntermediateRules(Ca.DOMAIN, List.of(root.certificate()));
    var other = new IntermediateRules(Ca.DOMAIN, List.of(Foreign.root().certificate()));

    assertThat(strict.accept(List.of(certificate), own.getPrivate(), Ca.NOW).root())
        .isEqualTo(root.certificate());
    assertThatThrownBy(
            () -> other.accept(List.of(certificate, root.certificate()), own.getPrivate(), Ca.NOW))
        .hasMessageContaining("tombolo.ca.intermediate.roots");
  }

  @Test
  void the_certificate_of_another_key_is_refused() {
    var certificate = root.certify(GOOD, Ca.ec("secp256r1").getPublic());

    assertThatThrownBy(() -> accept(certificate, root.certificate()))
        .hasMessageContaining("none of the 2 has the key");
  }

  @Test
  void a_chain_that_ends_before_a_root_is_refused_and_the_missing_issuer_named() {
    var middle = root.below(Draft.authority("Middle", 1));
    var certificate = middle.certify(GOOD, own.getPublic());

    assertThatThrownBy(() -> accept(certificate, middle.certificate()))
        .hasMessageContaining("Foreign root")
        .hasMessageContaining("missing");
    assertThatThrownBy(() -> accept(certificate, root.certificate()))
        .hasMessageContaining("CN=Middle")
        .hasMessageContaining("missing");
  }

  @Test
  void a_root_of_the_same_name_with_another_key_is_not_its_root() {
    var certificate = root.certify(GOOD, own.getPublic());

    assertThatThrownBy(() -> accept(certificate, Foreign.root().certificate()))
        .hasMessageContaining("missing");
  }

  @Test
  void a_root_is_not_an_intermediate() {
    assertThatThrownBy(
            () -> rules.accept(List.of(root.certificate()), root.keys().getPrivate(), Ca.NOW))
        .hasMessageContaining("import-root");
  }

  @Test
  void what_is_no_authority_is_refused() {
    refuses(
        GOOD.with(Extension.basicConstraints, true, new BasicConstraints(false)),
        "basicConstraints");
    refuses(GOOD.without(Extension.basicConstraints), "basicConstraints");
  }

  @Test
  void without_the_right_to_sign_certificates_it_is_refused() {
    refuses(
        GOOD.with(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature)),
        "keyCertSign");
    refuses(GOOD.without(Extension.keyUsage), "keyCertSign");
  }

  @Test
  void without_a_key_identifier_it_is_refused() {
    refuses(
        GOOD.with(Extension.subjectKeyIdentifier, false, new DEROctetString(new byte[0])),
        "subjectKeyIdentifier");
  }

  @Test
  void one_that_ended_or_has_not_begun_is_refused() {
    refuses(
        GOOD.between(Ca.NOW.minus(Duration.ofDays(2)), Ca.NOW),
        "ended",
        Ca.NOW.toString(),
        "renew");
    refuses(
        GOOD.between(Ca.NOW.plusSeconds(1), Ca.NOW.plus(Duration.ofDays(2))),
        "notBefore",
        "clocks");
  }

  @Test
  void a_path_length_above_that_leaves_no_room_is_refused() {
    var narrow = root.below(Draft.authority("Narrow", 0));
    var certificate = narrow.certify(GOOD, own.getPublic());

    assertThatThrownBy(() -> accept(certificate, narrow.certificate(), root.certificate()))
        .hasMessageContaining("CN=Narrow")
        .hasMessageContaining("pathlen");
  }

  @Test
  void the_identity_of_another_trust_domain_or_of_a_workload_is_refused() {
    refuses(GOOD.identity("spiffe://other.test"), "spiffe://other.test", "spiffe://demo.test");
    refuses(GOOD.identity("spiffe://demo.test/ns/a/sa/b"), "subjectAltName");
    refuses(GOOD.identity("SPIFFE://other.test"), "subjectAltName");
  }

  @Test
  void the_identity_of_our_trust_domain_and_names_that_are_none_are_fine() {
    for (var uri : List.of("spiffe://demo.test", "https://ca.example")) {
      var certificate = root.certify(GOOD.identity(uri), own.getPublic());
      assertThat(accept(certificate, root.certificate()).certificate()).isEqualTo(certificate);
    }
  }

  @Test
  void name_constraints_that_allow_our_identities_are_fine_and_others_refused() {
    var certificate = root.certify(GOOD.onlyFor("demo.test"), own.getPublic());

    assertThat(accept(certificate, root.certificate()).certificate()).isEqualTo(certificate);
    refuses(GOOD.onlyFor("other.test"), "cannot issue for spiffe://demo.test");
  }

  @Test
  void name_constraints_of_the_root_count_too() {
    var narrow =
        Foreign.root(Draft.authority("Narrow", 1).onlyFor("other.test"), Ca.ec("secp256r1"));
    var certificate = narrow.certify(GOOD, own.getPublic());

    assertThatThrownBy(() -> accept(certificate, narrow.certificate()))
        .hasMessageContaining("cannot issue for spiffe://demo.test");
  }

  @Test
  void limited_purposes_are_refused_unless_both_of_tls_are_among_them() {
    refuses(GOOD.purposes(KeyPurposeId.id_kp_serverAuth), "extendedKeyUsage");
    refuses(GOOD.purposes(KeyPurposeId.id_kp_codeSigning), "extendedKeyUsage");
    var both = GOOD.purposes(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);
    var certificate = root.certify(both, own.getPublic());
    assertThat(accept(certificate, root.certificate()).certificate()).isEqualTo(certificate);
  }

  @Test
  void what_is_critical_and_unknown_is_refused() {
    refuses(
        GOOD.with(new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"), true, DERNull.INSTANCE),
        "cannot issue");
  }

  @Test
  void a_signature_with_sha1_is_refused() {
    refuses(GOOD.signedWith("SHA1"), "SHA-256");
  }

  @Test
  void a_small_or_odd_key_is_refused() {
    for (var weak : List.of(Ca.rsa(1024), Ca.ec("secp521r1"))) {
      var certificate = root.certify(GOOD, weak.getPublic());
      assertThatThrownBy(() ->
              rules.accept(List.of(certificate, root.certificate()), weak.getPrivate(), Ca.NOW))
          .hasMessageContaining("key:");
    }
  }
}
