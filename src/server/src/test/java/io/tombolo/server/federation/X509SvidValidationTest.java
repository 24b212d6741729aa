package io.tombolo.server.federation;

import static io.tombolo.server.federation.Mint.uri;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.server.federation.Mint.Says;
import io.tombolo.server.ports.PeerTrust;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What X509-SVID demands of validators, section by section; of both that a control plane has.
@Tag("identity")
class X509SvidValidationTest {
  private static final TrustDomain DOMAIN = new TrustDomain("shop.example");
  private static final String ID = "spiffe://shop.example/ns/shop/sa/cart";
  private static final Says GOOD = Says.svid(ID);
  private static final Mint MINT = Mint.of("shop.example");
  private static final TrustBundle BUNDLE = TrustBundle.of(DOMAIN, 1, MINT.roots());

  /// Whose certificates are validated.
  enum Shown {
    BY_A_HOST {
      @Override
      void validate(X509Certificate... chain) throws CertificateException {
        new PeerTrust(DOMAIN, () -> BUNDLE, Duration.ofHours(1), Clock.systemUTC())
            .checkClientTrusted(chain, "UNKNOWN");
      }
    },
    BY_A_BUNDLE_ENDPOINT {
      @Override
      void validate(X509Certificate... chain) throws CertificateException {
        new EndpointTrust(SpiffeId.parse(ID), () -> Optional.of(BUNDLE), Clock.systemUTC())
            .checkServerTrusted(chain, "UNKNOWN");
      }
    };

    abstract void validate(X509Certificate... chain) throws CertificateException;

    void accepts(X509Certificate... chain) {
      assertThatCode(() -> validate(chain)).doesNotThrowAnyException();
    }

    void rejects(String why, X509Certificate... chain) {
      assertThatThrownBy(() -> validate(chain))
          .isInstanceOf(CertificateException.class)
          .hasMessageContaining(why);
    }

    void rejects(String why, Says says) {
      rejects(why, MINT.leaf(says).certificate());
    }
  }

  private static Says used(int usage) {
    return GOOD.with(Extension.keyUsage, new KeyUsage(usage));
  }

  @ParameterizedTest
  @EnumSource
  void section_2_an_svid_with_more_than_one_uri_must_be_rejected(Shown shown) {
    shown.accepts(MINT.leaf(GOOD).certificate());
    shown.rejects("2 URI names", GOOD.named(uri(ID), uri("spiffe://shop.example/other")));
    shown.rejects("2 URI names", GOOD.named(uri(ID), uri(ID)));
    shown.rejects("2 URI names", GOOD.named(uri("https://shop.example/"), uri(ID)));
    shown.rejects("0 URI names", GOOD.named());
  }

  @ParameterizedTest
  @EnumSource
  void section_2_an_svid_may_have_names_of_other_kinds(Shown shown) {
    shown.accepts(
        MINT.leaf(
                GOOD.named(
                    new GeneralName(GeneralName.dNSName, "cart.shop.example"),
                    uri(ID),
                    new GeneralName(GeneralName.iPAddress, "10.0.0.1")))
            .certificate());
  }

  @ParameterizedTest
  @EnumSource
  void section_3_2_a_signing_certificate_must_not_be_used_for_authentication(Shown shown) {
    shown.rejects("of a CA", MINT.root());
    shown.rejects("of a CA", Says.authority("shop.example"));
    shown.rejects("of a CA", Says.authority("shop.example").named(uri(ID)));
  }

  @ParameterizedTest
  @EnumSource
  void section_4_2_identities_must_be_within_the_name_constraints_above(Shown shown) {
    var within = MINT.below(onlyFor("shop.example"));
    var outside = MINT.below(onlyFor("other.example"));

    shown.accepts(within.leaf(GOOD).certificate(), within.root());
    shown.rejects("does not lead", outside.leaf(GOOD).certificate(), outside.root());
  }

  private static Says onlyFor(String host) {
    return Says.authority("shop.example")
        .with(
            Extension.nameConstraints,
            new NameConstraints(new GeneralSubtree[] {new GeneralSubtree(uri(host))}, null));
  }

  @ParameterizedTest
  @EnumSource
  void section_4_3_a_leaf_must_have_key_usage_with_digital_signature(Shown shown) {
    shown.rejects("digitalSignature", GOOD.without(Extension.keyUsage));
    shown.rejects("digitalSignature", used(KeyUsage.keyEncipherment));
    shown.accepts(
        MINT.leaf(
                used(KeyUsage.digitalSignature | KeyUsage.keyEncipherment | KeyUsage.keyAgreement))
            .certificate());
  }

  @ParameterizedTest
  @EnumSource
  void section_5_1_paths_must_be_validated_as_rfc_5280_says(Shown shown) {
    var good = MINT.below(Says.authority("shop.example"));
    shown.accepts(good.leaf(GOOD).certificate(), good.root());

    var leaf = MINT.below(GOOD);
    shown.rejects("does not lead", leaf.leaf(GOOD).certificate(), leaf.root());
    var noSigner =
        MINT.below(
            Says.authority("shop.example")
                .with(Extension.keyUsage, new KeyUsage(KeyUsage.cRLSign)));
    shown.rejects("does not lead", noSigner.leaf(GOOD).certificate(), noSigner.root());
    var last =
        MINT.below(
            Says.authority("shop.example")
                .with(Extension.basicConstraints, new BasicConstraints(0)));
    var tooDeep = last.below(Says.authority("shop.example"));
    shown.rejects("does not lead", tooDeep.leaf(GOOD).certificate(), tooDeep.root(), last.root());
    shown.rejects(
        "does not lead",
        GOOD.with(new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"), DERNull.INSTANCE));
    shown.rejects("does not lead", good.leaf(GOOD).certificate());
    shown.rejects("does not lead", Mint.of("shop.example").leaf(GOOD).certificate());
  }

  @ParameterizedTest
  @EnumSource
  void section_5_2_ca_must_be_false(Shown shown) {
    shown.rejects("of a CA", GOOD.with(Extension.basicConstraints, new BasicConstraints(true)));
    shown.rejects("of a CA", GOOD.with(Extension.basicConstraints, new BasicConstraints(0)));
  }

  @ParameterizedTest
  @EnumSource
  void section_5_2_neither_key_cert_sign_nor_crl_sign_must_be_set(Shown shown) {
    shown.rejects("for signing others", used(KeyUsage.digitalSignature | KeyUsage.keyCertSign));
    shown.rejects("for signing others", used(KeyUsage.digitalSignature | KeyUsage.cRLSign));
  }

  @ParameterizedTest
  @EnumSource
  void section_5_2_the_scheme_must_be_spiffe(Shown shown) {
    shown.rejects("no SPIFFE ID", GOOD.named(uri("https://shop.example/ns/shop/sa/cart")));
    shown.rejects("no SPIFFE ID", GOOD.named(uri("spiffes://shop.example/ns/shop/sa/cart")));
  }

  @ParameterizedTest
  @EnumSource
  void section_5_2_the_identity_must_have_a_path(Shown shown) {
    shown.rejects("not a workload", GOOD.named(uri("spiffe://shop.example")));
    shown.rejects("no SPIFFE ID", GOOD.named(uri("spiffe://shop.example/")));
  }
}
