package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import java.security.cert.X509Certificate;
import java.util.List;

/// An authority outside Tombolo that signs for some of the identities; the built-in one signs for
/// all others. Thread-safe.
public interface OutsideAuthority {
  /// What came of a request.
  sealed interface Answer {
    /// @param chain the leaf first, not checked yet
    record Signed(List<X509Certificate> chain) implements Answer {
      public Signed {
        chain = List.copyOf(chain);
      }
    }

    /// It has too many requests: come back later.
    record Busy(String why) implements Answer {}

    /// It did not answer, or would not sign. For the operator; no secret is in it.
    record Failed(String why) implements Answer {}
  }

  /// Is it the one that signs for this identity?
  boolean signsFor(SpiffeId identity);

  /// The roots that its chains lead to. It is asked for them again each time.
  List<X509Certificate> roots();

  /// Asks for a certificate, and waits for the answer.
  ///
  /// @param csr in DER; names the identity and asks for nothing else
  Answer sign(byte[] csr);

  /// None: the built-in authority signs for everyone.
  static OutsideAuthority none() {
    return new OutsideAuthority() {
      @Override
      public boolean signsFor(SpiffeId identity) {
        return false;
      }

      @Override
      public List<X509Certificate> roots() {
        return List.of();
      }

      @Override
      public Answer sign(byte[] csr) {
        return new Answer.Failed("there is no such authority");
      }
    };
  }
}
