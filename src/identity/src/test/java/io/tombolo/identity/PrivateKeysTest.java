package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.util.Base64;
import java.util.List;
import javax.crypto.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("identity")
class PrivateKeysTest {
  private static String pem(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(der), label);
  }

  /// As `openssl ecparam -genkey` and `openssl genrsa -traditional` write it.
  private static String older(KeyPair pair) throws Exception {
    var info = PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded());
    if (pair.getPrivate() instanceof ECPrivateKey ec) {
      var curve = info.getPrivateKeyAlgorithm().getParameters();
      return pem("EC PRIVATE KEY", sec1(ec, curve));
    }
    return pem("RSA PRIVATE KEY", info.parsePrivateKey().toASN1Primitive().getEncoded());
  }

  private static byte[] sec1(ECPrivateKey key, ASN1Encodable curve) throws Exception {
    int bits = key.getParams().getOrder().bitLength();
    return new org.bouncycastle.asn1.sec.ECPrivateKey(bits, key.getS(), curve).getEncoded();
  }

  @Test
  void keys_in_pkcs8_and_in_the_older_forms_are_read() throws Exception {
    for (var pair : List.of(Ca.ec("secp256r1"), Ca.ec("secp384r1"), Ca.rsa(2048))) {
      for (var pem : List.of(Foreign.pem(pair.getPrivate()), older(pair))) {
        assertThat(PrivateKeys.match(PrivateKeys.parse(pem), pair.getPublic())).isTrue();
      }
    }
  }

  @Test
  void the_parameters_of_a_curve_and_certificates_before_the_key_are_skipped() {
    var root = Foreign.root();
    var parameters = "-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n";

    var key =
        PrivateKeys.parse(
            parameters
                + Pem.of(List.of(root.certificate()))
                + Foreign.pem(root.keys().getPrivate()));

    assertThat(PrivateKeys.match(key, root.certificate().getPublicKey())).isTrue();
  }

  @Test
  void an_encrypted_key_is_refused_with_the_command_that_helps() throws Exception {
    byte[] bytes = new byte[64];
    var pkcs8 =
        pem(
            "ENCRYPTED PRIVATE KEY",
            new EncryptedPrivateKeyInfo("1.2.840.113549.1.5.3", bytes).getEncoded());
    var older =
        pem("RSA PRIVATE KEY", bytes)
            .replaceFirst(
                "\n", "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC," + "0".repeat(32) + "\n\n");

    for (var encrypted : List.of(pkcs8, older)) {
      assertThatThrownBy(() -> PrivateKeys.parse(encrypted)).hasMessageContaining("openssl pkey");
    }
  }

  @Test
  void what_is_no_key_is_refused_and_never_quoted() {
    var broken =
        Foreign.pem(Ca.ec("secp256r1").getPrivate())
            .replaceFirst("\n[A-Za-z0-9+/]{20}", "\nSECRET");
    for (var text : List.of("", "SECRET", broken, Pem.of(List.of(Foreign.root().certificate())))) {
      assertThatThrownBy(() -> PrivateKeys.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasNoCause()
          .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("SECRET"));
    }
  }

  @Test
  void keys_of_other_pairs_and_kinds_do_not_match() {
    var one = Ca.ec("secp256r1");
    for (var other : List.of(Ca.ec("secp256r1"), Ca.ec("secp384r1"), Ca.rsa(2048))) {
      assertThat(PrivateKeys.match(one.getPrivate(), other.getPublic())).isFalse();
      assertThat(PrivateKeys.match(other.getPrivate(), one.getPublic())).isFalse();
    }
    assertThat(PrivateKeys.match(one.getPrivate(), one.getPublic())).isTrue();
  }
}
