package io.tombolo.consul;

import io.tombolo.api.consul.ca.WatchRootsResponse;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/// The roots of Consul's certificate authority.
///
/// @param trustDomain the one trust domain that it signs for
/// @param active the root that signs now
/// @param retiring roots that sign no more, and are to be trusted while certificates lead to them
public record ConnectRoots(
    String trustDomain, X509Certificate active, List<X509Certificate> retiring) {
  public ConnectRoots {
    retiring = List.copyOf(retiring);
  }

  static ConnectRoots of(WatchRootsResponse answer) throws CertificateException {
    var active = new ArrayList<X509Certificate>();
    var retiring = new ArrayList<X509Certificate>();
    for (var root : answer.getRootsList()) {
      var certificate = certificates(root.getRootCert()).getFirst();
      (root.getId().equals(answer.getActiveRootId()) ? active : retiring).add(certificate);
    }
    if (active.size() != 1) {
      throw new CertificateException(
          "it names no root that signs now, among %d".formatted(answer.getRootsCount()));
    }
    return new ConnectRoots(answer.getTrustDomain(), active.getFirst(), retiring);
  }

  /// @throws CertificateException if there is none, or something else
  static List<X509Certificate> certificates(String pem) throws CertificateException {
    var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.ISO_8859_1));
    var certificates =
        CertificateFactory.getInstance("X.509").generateCertificates(bytes).stream()
            .map(X509Certificate.class::cast)
            .toList();
    if (certificates.isEmpty()) {
      throw new CertificateException("there is no certificate in its answer");
    }
    return certificates;
  }
}
