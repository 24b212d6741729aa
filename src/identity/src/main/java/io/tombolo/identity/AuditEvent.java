package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Something about identities that is written to the audit log. Nothing in it is a secret: what
/// looks like a token is taken out of its texts.
///
/// @param time to the millisecond
/// @param svid what was issued; null if nothing was
/// @param reason why it was refused or banned, or what else is to be told; may be empty
public record AuditEvent(
    Instant time, Kind kind, Subject subject, @Nullable Svid svid, String reason) {
  private static final int MOST_REASON = 500;
  private static final int MOST_HOW = 200;
  private static final Pattern TOKEN =
      Pattern.compile("tombolo-join-1\\.[A-Za-z0-9_-]+|eyJ[A-Za-z0-9_-]{6}[A-Za-z0-9_.-]*");

  /// What happened.
  public enum Kind {
    /// The file of the log was begun.
    BEGAN,
    /// An SVID was issued against a service account token, or an ACL token of Consul.
    ATTESTED,
    /// An SVID was issued against a join token.
    JOINED,
    /// An SVID was issued against the one before.
    RENEWED,
    /// A JWT-SVID was issued against an SVID.
    JWT,
    REFUSED,
    /// So many refusals were not written, each by itself.
    OMITTED,
    BANNED,
    UNBANNED,
    /// The last line had been torn by a crash and was set aside.
    TORN;

    /// As it is written.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Kind of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }

  /// Whom it is about.
  ///
  /// @param identity a SPIFFE ID; empty if it is not known
  /// @param node the node id that was proven; empty if none was
  /// @param how by what it was proven, and from where
  public record Subject(String identity, String node, String how) {
    static final Subject NONE = new Subject("", "", "");

    public Subject {
      how = safe(how, MOST_HOW);
    }

    static Subject of(SpiffeId identity, String node, String how) {
      return new Subject(identity.toString(), node, how);
    }
  }

  /// @param serial in hex
  /// @param issuer the serial of the certificate that signed it, in hex
  /// @param replaces the serial of the one that it was renewed from, in hex; empty if there is none
  public record Svid(String serial, Instant notAfter, String issuer, String replaces) {
    static Svid of(Issued issued, String replaces) {
      return new Svid(
          issued.serial().toString(16),
          issued.notAfter(),
          issued.issuer().getSerialNumber().toString(16),
          replaces);
    }
  }

  public AuditEvent {
    time = time.truncatedTo(ChronoUnit.MILLIS);
    reason = safe(reason, MOST_REASON);
  }

  private static String safe(String text, int most) {
    var shown = TOKEN.matcher(text).replaceAll("[not shown]");
    return shown.length() <= most ? shown : shown.substring(0, most - 3) + "...";
  }
}
