package io.tombolo.agent;

import com.google.protobuf.ByteString;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.X509Svid;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jspecify.annotations.Nullable;

/// A new key of this host, and the request to certify its public half.
///
/// @param csr PKCS#10 in DER, with an empty subject: the control plane decides the identity. One
///   that names an identity does so for authorities that look at it.
record KeyRequest(KeyPair keys, ByteString csr) {
  /// Makes a key (EC P-256) that exists in this process only.
  static KeyRequest create() throws GeneralSecurityException {
    return create(null);
  }

  /// Makes a key, and a request that names the identity it has already.
  static KeyRequest create(@Nullable SpiffeId identity) throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    var keys = generator.generateKeyPair();
    try {
      var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
      var draft = new JcaPKCS10CertificationRequestBuilder(new X500Principal(""), keys.getPublic());
      if (identity != null) {
        draft.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, naming(identity));
      }
      return new KeyRequest(keys, ByteString.copyFrom(draft.build(signer).getEncoded()));
    } catch (OperatorCreationException | IOException broken) {
      throw new GeneralSecurityException("cannot sign a certificate request", broken);
    }
  }

  private static Extensions naming(SpiffeId identity) throws IOException {
    var extensions = new ExtensionsGenerator();
    extensions.addExtension(
        Extension.subjectAlternativeName,
        true,
        new GeneralNames(
            new GeneralName(GeneralName.uniformResourceIdentifier, identity.toString())));
    return extensions.generate();
  }

  /// The SVID that answers this request.
  ///
  /// @throws CertificateException if it is for another key, does not lead to `trust`, or has
  ///   expired
  Svid accept(Issued issued, TrustBundle trust, Instant now) throws CertificateException {
    var chain = SpiffeCertificates.fromDer(issued.getChainList());
    if (chain.isEmpty()) {
      throw new CertificateException("the control plane issued no certificate");
    }
    var leaf = chain.getFirst();
    if (!Arrays.equals(leaf.getPublicKey().getEncoded(), keys.getPublic().getEncoded())) {
      throw new CertificateException("the issued certificate is for another key than the one sent");
    }
    var _ = trust.verify(chain, SpiffeCertificates.begun(chain, now));
    SpiffeId identity = X509Svid.identity(leaf);
    if (!identity.trustDomain().equals(trust.trustDomain())) {
      throw new CertificateException(
          "the issued identity %s is not of trust domain %s"
              .formatted(identity, trust.trustDomain()));
    }
    return new Svid(identity, chain, keys.getPrivate(), now);
  }

  /// Without the key, whatever prints it.
  @Override
  public String toString() {
    return "certificate request for a new key";
  }
}
