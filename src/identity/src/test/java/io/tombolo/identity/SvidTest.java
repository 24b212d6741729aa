package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.X509Svid;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What X509-SVID demands of an issuer, section by section.
@Tag("identity")
class SvidTest {
  private static final String KEY_USAGE = "2.5.29.15";
  private static final String ALTERNATIVE_NAME = "2.5.29.17";
  private static final String BASIC_CONSTRAINTS = "2.5.29.19";
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int SIGN_CERTIFICATES = 5;
  private static final int SIGN_REVOCATIONS = 6;
  private static final int URI = 6;

  @TempDir Path state;
  private List<X509Certificate> signing = List.of();
  private List<X509Certificate> leaves = List.of();

  @BeforeEach
  void issue() throws Exception {
    var authority = new Ca(state).open();
    var issued = authority.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, Ca.NOW);
    leaves = issued.chain().subList(0, 1);
    signing = List.of(issued.chain().getLast(), authority.trusted().getFirst());
  }

  private X509Certificate leaf() {
    return leaves.getFirst();
  }

  @Test
  void section_2_a_leaf_has_its_identity_as_the_only_alternative_name() throws Exception {
    assertThat(leaf().getSubjectAlternativeNames())
        .containsExactly(List.of(URI, "spiffe://demo.test/ns/shop/sa/cart"));
  }

  @Test
  void section_3_2_a_signing_certificate_has_the_identity_of_the_trust_domain_without_a_path()
      throws Exception {
    for (var certificate : signing) {
      assertThat(certificate.getSubjectAlternativeNames())
          .containsExactly(List.of(URI, "spiffe://demo.test"));
    }
  }

  @Test
  void section_3_1_a_leaf_has_no_subject_so_that_its_alternative_name_is_critical() {
    assertThat(leaf().getSubjectX500Principal().getName()).isEmpty();
    assertThat(leaf().getCriticalExtensionOIDs()).contains(ALTERNATIVE_NAME);
  }

  @Test
  void section_3_1_the_identity_of_a_leaf_must_have_a_path() throws Exception {
    var authority = new Ca(state).open();
    var key = Ca.ec("secp256r1").getPublic();

    assertThatThrownBy(() -> authority.issue(key, new SpiffeId(Ca.DOMAIN, ""), Ca.NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a workload");
  }

  @Test
  void section_4_1_a_leaf_is_no_authority_and_signing_certificates_are() {
    assertThat(leaf().getBasicConstraints()).isEqualTo(-1);
    assertThat(leaf().getCriticalExtensionOIDs()).contains(BASIC_CONSTRAINTS);
    assertThat(signing).extracting(X509Certificate::getBasicConstraints).containsExactly(0, 1);
    for (var certificate : signing) {
      assertThat(certificate.getCriticalExtensionOIDs()).contains(BASIC_CONSTRAINTS);
    }
  }

  @Test
  void section_4_3_the_key_of_a_leaf_only_makes_digital_signatures() {
    assertThat(usages(leaf())).containsExactly(DIGITAL_SIGNATURE);
    assertThat(leaf().getCriticalExtensionOIDs()).contains(KEY_USAGE);
  }

  @Test
  void section_4_3_the_key_of_a_signing_certificate_only_signs_certificates_and_revocations() {
    for (var certificate : signing) {
      assertThat(usages(certificate)).containsExactly(SIGN_CERTIFICATES, SIGN_REVOCATIONS);
      assertThat(certificate.getCriticalExtensionOIDs()).contains(KEY_USAGE);
    }
  }

  @Test
  void section_4_4_a_leaf_is_for_servers_and_for_clients() throws Exception {
    assertThat(leaf().getExtendedKeyUsage())
        .containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
  }

  @Test
  void section_5_1_a_leaf_leads_to_the_root_as_rfc_5280_says() throws Exception {
    var root = signing.getLast();
    var bundle = TrustBundle.of(Ca.DOMAIN, 1, List.of(root));

    assertThat(bundle.verify(List.of(leaf(), signing.getFirst()), Ca.NOW)).isEqualTo(root);
    assertThat(X509Svid.identity(leaf())).isEqualTo(Ca.CART);
  }

  @Test
  void spiffe_id_3_1_the_authority_of_a_trust_domain_has_an_svid_of_its_own() throws Exception {
    var root = signing.getLast();

    root.verify(root.getPublicKey());
    assertThat(root.getSubjectAlternativeNames())
        .containsExactly(List.of(URI, new SpiffeId(Ca.DOMAIN, "").toString()));
  }

  @Test
  void spiffe_id_3_2_the_identity_and_the_key_are_in_what_is_signed() throws Exception {
    var signed = new String(leaf().getTBSCertificate(), StandardCharsets.ISO_8859_1);

    leaf().verify(signing.getFirst().getPublicKey());
    assertThat(signed)
        .contains(
            Ca.CART.toString(),
            new String(leaf().getPublicKey().getEncoded(), StandardCharsets.ISO_8859_1));
  }

  @Test
  void a_leaf_has_no_critical_extension_that_a_verifier_may_not_know() {
    assertThat(leaf().getCriticalExtensionOIDs())
        .containsExactlyInAnyOrder(KEY_USAGE, ALTERNATIVE_NAME, BASIC_CONSTRAINTS);
  }

  @Test
  void serials_are_random_and_fit_rfc_5280() throws Exception {
    var authority = new Ca(state).open();
    var key = Ca.ec("secp256r1").getPublic();

    var serials =
        IntStream.range(0, 200)
            .mapToObj(_ -> authority.issue(key, Ca.CART, Ca.NOW).serial())
            .toList();

    assertThat(serials).doesNotHaveDuplicates();
    assertThat(serials).allMatch(serial -> serial.signum() > 0 && serial.bitLength() <= 128);
    assertThat(serials).anyMatch(serial -> serial.bitLength() > 120);
  }

  private static List<Integer> usages(X509Certificate certificate) {
    boolean[] bits = certificate.getKeyUsage();
    return IntStream.range(0, bits.length).filter(bit -> bits[bit]).boxed().toList();
  }
}
