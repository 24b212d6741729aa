package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustBundle;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What X509-SVID demands of validators, section by section; of both that an agent has: of what it
/// is given for itself, and of the control plane's certificate.
@Tag("identity")
class X509SvidValidationTest {
  private static final String ID = SpiffeId.controlPlane(TestAuthority.DOMAIN).toString();

  private final TestAuthority authority = TestAuthority.create("root");
  private final KeyRequest request = KeyRequest.create();
  private final TrustBundle bundle =
      TrustBundle.of(TestAuthority.DOMAIN, 1, List.of(authority.root()));

  X509SvidValidationTest() throws Exception {}

  enum Shown {
    BY_THE_CONTROL_PLANE,
    AS_OUR_OWN
  }

  private void validate(Shown shown, X509Certificate... chain) throws CertificateException {
    switch (shown) {
      case BY_THE_CONTROL_PLANE ->
          new ControlPlaneTrust(() -> bundle).checkServerTrusted(chain, "UNKNOWN");
      case AS_OUR_OWN -> {
        var issued = Issued.newBuilder();
        for (var one : chain) {
          issued.addChain(ByteString.copyFrom(one.getEncoded()));
        }
        var _ = request.accept(issued.build(), bundle, Instant.now());
      }
    }
  }

  private KeyPair keys() {
    return request.keys();
  }

  private static Map<ASN1ObjectIdentifier, ASN1Encodable> svid(String... uris) {
    var names =
        Arrays.stream(uris)
            .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri))
            .toArray(GeneralName[]::new);
    var said = new HashMap<ASN1ObjectIdentifier, ASN1Encodable>();
    said.put(Extension.basicConstraints, new BasicConstraints(false));
    said.put(Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature));
    said.put(Extension.subjectAlternativeName, new GeneralNames(names));
    return said;
  }

  private static Map<ASN1ObjectIdentifier, ASN1Encodable> with(
      ASN1ObjectIdentifier extension, ASN1Encodable value) {
    var said = svid(ID);
    said.put(extension, value);
    return said;
  }

  private void accepts(Shown shown, Map<ASN1ObjectIdentifier, ASN1Encodable> said)
      throws Exception {
    var leaf = authority.sign(keys().getPublic(), said);
    assertThatCode(() -> validate(shown, leaf)).doesNotThrowAnyException();
  }

  private void rejects(Shown shown, String why, Map<ASN1ObjectIdentifier, ASN1Encodable> said)
      throws Exception {
    var leaf = authority.sign(keys().getPublic(), said);
    assertThatThrownBy(() -> validate(shown, leaf))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @EnumSource
  void section_2_an_svid_with_more_than_one_uri_must_be_rejected(Shown shown) throws Exception {
    accepts(shown, svid(ID));
    rejects(shown, "2 URI names", svid(ID, "spiffe://mesh.test/other"));
    rejects(shown, "2 URI names", svid("https://mesh.test/", ID));
  }

  @ParameterizedTest
  @EnumSource
  void section_4_3_a_leaf_must_have_key_usage_with_digital_signature(Shown shown) throws Exception {
    var without = svid(ID);
    without.remove(Extension.keyUsage);
    rejects(shown, "digitalSignature", without);
    rejects(
        shown,
        "digitalSignature",
        with(Extension.keyUsage, new KeyUsage(KeyUsage.keyEncipherment)));
  }

  @ParameterizedTest
  @EnumSource
  void section_5_1_paths_must_be_validated_as_rfc_5280_says(Shown shown) throws Exception {
    var stranger = TestAuthority.create("root").sign(keys().getPublic(), svid(ID));
    assertThatThrownBy(() -> validate(shown, stranger)).hasMessageContaining("does not lead");

    var between = authority.below("between");
    var chain =
        new X509Certificate[] {
          between.sign(keys().getPublic(), svid(ID)), between.intermediates().getFirst()
        };
    assertThatCode(() -> validate(shown, chain)).doesNotThrowAnyException();
    assertThatThrownBy(() -> validate(shown, chain[0])).hasMessageContaining("does not lead");
  }

  @ParameterizedTest
  @EnumSource
  void section_5_2_ca_must_be_false(Shown shown) throws Exception {
    rejects(shown, "of a CA", with(Extension.basicConstraints, new BasicConstraints(true)));
  }

  @ParameterizedTest
  @EnumSource
  void section_5_2_neither_key_cert_sign_nor_crl_sign_must_be_set(Shown shown) throws Exception {
    for (int more : List.of(KeyUsage.keyCertSign, KeyUsage.cRLSign)) {
      rejects(
          shown,
          "for signing others",
          with(Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature | more)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void section_5_2_the_scheme_must_be_spiffe(Shown shown) throws Exception {
    rejects(shown, "no SPIFFE ID", svid("https://mesh.test/tombolo/control-plane"));
  }

  @ParameterizedTest
  @EnumSource
  void section_5_2_the_identity_must_have_a_path(Shown shown) throws Exception {
    rejects(shown, "not a workload", svid("spiffe://mesh.test"));
  }
}
