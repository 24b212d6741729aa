package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.X509Svid;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/// What an authority outside Tombolo has signed, looked at before it is handed out: it must be what
/// was asked for (X509-SVID, sections 2 to 5), and lead to a root that peers trust.
final class OutsideSvid {
  private static final int URI = 6;
  private static final String KEY_USAGE = "2.5.29.15";
  private static final List<String> PURPOSES = List.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");

  private OutsideSvid() {}

  /// @param chain the leaf first
  /// @param key that was to be certified
  /// @throws CertificateException if it is not to be handed out; the message says why
  static Issued checked(
      List<X509Certificate> chain,
      PublicKey key,
      SpiffeId identity,
      List<X509Certificate> roots,
      Instant now)
      throws CertificateException {
    require(!chain.isEmpty(), "there is no certificate in the answer");
    var leaf = chain.getFirst();
    require(
        Arrays.equals(leaf.getPublicKey().getEncoded(), key.getEncoded()),
        "the certificate is for another key than the one sent");
    requireName(leaf, identity);
    requireCritical(leaf);
    requirePurposes(leaf);
    var root = TrustBundle.of(identity.trustDomain(), 0, roots).verify(chain, now);
    for (var above : chain.subList(1, chain.size())) {
      requireWithin(leaf, above);
    }
    requireWithin(leaf, root);
    return new Issued(identity, chain, chain.size() > 1 ? signer(chain, root) : root);
  }

  private static X509Certificate signer(List<X509Certificate> chain, X509Certificate root) {
    var issuer = chain.getFirst().getIssuerX500Principal();
    return issuer.equals(root.getSubjectX500Principal()) ? root : chain.get(1);
  }

  private static void requireName(X509Certificate leaf, SpiffeId identity)
      throws CertificateException {
    var _ = X509Svid.identity(leaf);
    var names = leaf.getSubjectAlternativeNames();
    require(
        names != null && List.copyOf(names).equals(List.of(List.of(URI, identity.toString()))),
        "the certificate does not name %s alone".formatted(identity));
  }

  /// Section 4.3. That the name is critical without a subject (3.1) Java looks at itself.
  private static void requireCritical(X509Certificate leaf) throws CertificateException {
    require(
        leaf.getCriticalExtensionOIDs().contains(KEY_USAGE),
        "the keyUsage of the certificate is not critical");
  }

  private static void requirePurposes(X509Certificate leaf) throws CertificateException {
    var purposes = leaf.getExtendedKeyUsage();
    require(
        purposes != null && purposes.containsAll(PURPOSES),
        "the certificate is not for both servers and clients");
  }

  private static void requireWithin(X509Certificate leaf, X509Certificate issuer)
      throws CertificateException {
    var end = leaf.getNotAfter().toInstant();
    var most = issuer.getNotAfter().toInstant();
    require(
        !end.isAfter(most),
        "the certificate ends at %s, after its issuer at %s".formatted(end, most));
  }

  private static void require(boolean so, String otherwise) throws CertificateException {
    if (!so) {
      throw new CertificateException(otherwise);
    }
  }
}
