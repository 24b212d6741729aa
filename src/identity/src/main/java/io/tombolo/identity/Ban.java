package io.tombolo.identity;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.SpiffeId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// An identity or a node that gets no certificate and no stream any more.
///
/// @param subject a SPIFFE ID, or a node id
/// @param reason for people; may be empty
public record Ban(String subject, Instant since, String reason) {
  private static final int MOST_SUBJECT = 2048;
  private static final int MOST_REASON = 200;

  /// @throws IllegalArgumentException if nothing can have such an identity or node id
  public Ban {
    requireSubject(subject);
    if (reason.length() > MOST_REASON) {
      throw new IllegalArgumentException(
          "reason: at most %d characters, not %d".formatted(MOST_REASON, reason.length()));
    }
    since = since.truncatedTo(ChronoUnit.MILLIS);
  }

  private static void requireSubject(String subject) {
    if (subject.startsWith("spiffe://")) {
      if (SpiffeId.parse(subject).path().isEmpty()) {
        throw new IllegalArgumentException("subject: the trust domain itself cannot be banned");
      }
      return;
    }
    boolean plain = subject.chars().allMatch(c -> c > ' ' && c < 127);
    if (!plain || subject.length() > MOST_SUBJECT || !subject.contains("/")) {
      throw new IllegalArgumentException(
          ("subject: \"%s\" is neither a SPIFFE ID (spiffe://...) nor a node id"
                  + " (<world>/<source>/<namespace>/<instance>)")
              .formatted(Names.printable(subject)));
    }
  }

  /// Is it of an identity, and not of a node?
  public boolean ofIdentity() {
    return subject.startsWith("spiffe://");
  }

  /// Does it hold for this identity on this node?
  public boolean covers(SpiffeId identity, String node) {
    return subject.equals(identity.toString()) || subject.equals(node);
  }

  /// As the one who is banned is told.
  @Override
  public String toString() {
    return "%s is banned since %s%s"
        .formatted(subject, since, reason.isEmpty() ? "" : ": " + Names.printable(reason, 300));
  }
}
