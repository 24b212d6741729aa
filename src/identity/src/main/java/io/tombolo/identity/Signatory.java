package io.tombolo.identity;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/// An authority elsewhere that signs our intermediates. Used by one thread at a time.
public interface Signatory {
  /// What it is asked for.
  ///
  /// @param pem the certificate request (PKCS#10, RFC 7468)
  /// @param commonName of the subject
  /// @param identity the SPIFFE ID of the trust domain
  /// @param life how long the intermediate should hold
  record Request(String pem, String commonName, String identity, Duration life) {}

  /// Has the request signed; blocks for seconds at most. Asked again for the same request after a
  /// failure, it may go on where it was.
  ///
  /// @return the intermediate, and those above it up to the root, in any order
  /// @throws IOException if it is not signed (yet); the message says why and the way out, and holds
  ///   no secret
  List<X509Certificate> sign(Request request) throws IOException;

  /// The authority, as an operator would call it. Another text is taken for another authority.
  @Override
  String toString();
}
