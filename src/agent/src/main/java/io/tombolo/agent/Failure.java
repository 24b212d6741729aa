package io.tombolo.agent;

import io.grpc.StatusRuntimeException;
import io.tombolo.mesh.catalog.Names;
import java.security.cert.CertificateException;

/// Says in one line why a call to the control plane failed.
final class Failure {
  /// What the control plane says names the way out at its end.
  private static final int LONGEST = 400;

  private Failure() {}

  static String text(Throwable failure) {
    var root = root(failure);
    if (root instanceof CertificateException) {
      return String.valueOf(root.getMessage());
    }
    if (failure instanceof StatusRuntimeException refused) {
      var described = refused.getStatus().getDescription();
      var why = described == null ? "" : ": " + Names.printable(described, LONGEST);
      return refused.getStatus().getCode()
          + why
          + (failure.getCause() == null ? "" : because(root));
    }
    return String.valueOf(failure.getMessage());
  }

  private static String because(Throwable root) {
    return " (" + Names.printable(String.valueOf(root.getMessage())) + ")";
  }

  private static Throwable root(Throwable failure) {
    var root = failure;
    while (root.getCause() != null && !(root instanceof CertificateException)) {
      root = root.getCause();
    }
    return root;
  }
}
