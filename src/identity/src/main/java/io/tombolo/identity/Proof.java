package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;

/// What a host has proven of itself.
///
/// @param node the node id that it may use; empty if that is not known
/// @param replaces the serial of the SVID that it was proven with, in hex; empty if it was
///   otherwise
/// @param how in words, without a secret: by what, and from which address
public record Proof(By by, SpiffeId identity, String node, String replaces, String how) {
  /// By what.
  public enum By {
    SERVICE_ACCOUNT(AuditEvent.Kind.ATTESTED),
    JOIN_TOKEN(AuditEvent.Kind.JOINED),
    ACL_TOKEN(AuditEvent.Kind.ATTESTED),
    CERTIFICATE(AuditEvent.Kind.RENEWED);

    private final AuditEvent.Kind kind;

    By(AuditEvent.Kind kind) {
      this.kind = kind;
    }
  }

  /// The event of an SVID that was issued for it.
  AuditEvent.Kind kind() {
    return by.kind;
  }

  AuditEvent.Subject subject() {
    return AuditEvent.Subject.of(identity, node, how);
  }
}
