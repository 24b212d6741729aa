package io.tombolo.identity;

import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/// Private keys that others have made. No message holds any of their text.
final class PrivateKeys {
  private PrivateKeys() {}

  /// The first private key of a PEM text: PKCS#8, or the older forms of EC and RSA keys.
  ///
  /// @throws IllegalArgumentException if there is none that can be used; the message says why
  static PrivateKey parse(String pem) {
    return switch (first(pem)) {
      case PrivateKeyInfo info -> key(info);
      case PEMKeyPair pair -> key(pair.getPrivateKeyInfo());
      case String nothing -> throw new IllegalArgumentException(nothing);
      default ->
          throw new IllegalArgumentException(
              "key: it is encrypted; decrypt it with: openssl pkey -in KEY -out PLAIN");
    };
  }

  /// The first that is a key, or why there is none.
  private static Object first(String pem) {
    try (var parser = new PEMParser(new StringReader(pem))) {
      for (var one = parser.readObject(); one != null; one = parser.readObject()) {
        if (one instanceof PrivateKeyInfo
            || one instanceof PEMKeyPair
            || one instanceof PKCS8EncryptedPrivateKeyInfo
            || one instanceof PEMEncryptedKeyPair) {
          return one;
        }
      }
      return "key: there is no private key in PEM here";
    } catch (IOException | RuntimeException unreadable) {
      // Without what it says, which may quote the text.
      return "key: it is not a private key in PEM";
    }
  }

  /// Is it the private half of a public key?
  static boolean match(PrivateKey key, PublicKey other) {
    if (!key.getAlgorithm().equals(other.getAlgorithm())) {
      return false;
    }
    byte[] probe = {1};
    try {
      var signer = Signature.getInstance(algorithm(key));
      signer.initSign(key);
      signer.update(probe);
      byte[] signature = signer.sign();
      var verifier = Signature.getInstance(algorithm(key));
      verifier.initVerify(other);
      verifier.update(probe);
      return verifier.verify(signature);
    } catch (GeneralSecurityException anotherCurveOrSize) {
      return false;
    }
  }

  /// How a key signs.
  static String algorithm(PrivateKey key) {
    return key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
  }

  private static PrivateKey key(PrivateKeyInfo info) {
    var algorithm = info.getPrivateKeyAlgorithm().getAlgorithm();
    boolean ec = algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey);
    if (!ec && !algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
      throw new IllegalArgumentException(
          "key: its algorithm is %s; use an EC or an RSA key"
              .formatted(KeyRules.printable(algorithm)));
    }
    try {
      return KeyFactory.getInstance(ec ? "EC" : "RSA")
          .generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
    } catch (GeneralSecurityException | IOException notAKey) {
      throw new IllegalArgumentException("key: this Java cannot use it; make an EC P-256 key");
    }
  }
}
