package io.tombolo.bench.issuing;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// A key (EC P-256) and the request to certify it, made before anything is measured.
record Requests(KeyPair keys, ByteString csr) {
  static Requests make() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      var keys = generator.generateKeyPair();
      var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
      var request =
          new JcaPKCS10CertificationRequestBuilder(new X500Principal(""), keys.getPublic())
              .build(signer);
      return new Requests(keys, ByteString.copyFrom(request.getEncoded()));
    } catch (GeneralSecurityException | OperatorCreationException | IOException impossible) {
      throw new IllegalStateException("a request cannot be made", impossible);
    }
  }

  @Override
  public String toString() {
    return "a request [key not shown]";
  }
}
