package io.tombolo.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A line of the audit log: an event and its place in the chain.
///
/// @param number lines are counted from 1
/// @param previous the hash of the line before; zeros for the first
/// @param hash SHA-256 in hex, over `previous` and the line up to it
public record AuditLine(long number, AuditEvent event, String previous, String hash) {
  /// What comes before the first line.
  static final String NOTHING = "0".repeat(64);

  private static final String TEXT = "\"([^\"]*)\"";
  private static final Pattern FORM =
      Pattern.compile(
          "\\{\"n\":([0-9]{1,18}),\"time\":%s,\"event\":%s,\"identity\":%s,\"node\":%s,\"how\":%s,"
                  .replace("%s", TEXT)
              + "\"serial\":%s,\"notAfter\":%s,\"issuer\":%s(?:,\"replaces\":%s)?,\"reason\":%s,\"previous\":%s,\"hash\":%s}"
                  .replace("%s", TEXT));

  static AuditLine after(long number, String hash, AuditEvent event) {
    return new AuditLine(number + 1, event, hash, hash(hash, body(number + 1, event)));
  }

  /// The line that follows one with this number and hash.
  ///
  /// @throws IllegalArgumentException if it does not; the message says why
  static AuditLine parse(String text, long number, String hash) {
    var fields = FORM.matcher(text);
    if (!fields.matches()) {
      throw new IllegalArgumentException("is not a line that Tombolo wrote");
    }
    var line = read(fields);
    if (line.number != number + 1) {
      throw new IllegalArgumentException(
          "says that it is line %d; a line was removed, added or moved".formatted(line.number));
    }
    if (!line.previous.equals(hash)) {
      throw new IllegalArgumentException("does not follow from the line before it");
    }
    var body = body(line.number, line.event);
    if (!line.hash.equals(hash(hash, body))) {
      throw new IllegalArgumentException("was changed: its hash is not that of its content");
    }
    if (!text(body, line.previous, line.hash).equals(text)) {
      throw new IllegalArgumentException("was changed: it is not written as Tombolo writes");
    }
    return line;
  }

  private static AuditLine read(MatchResult fields) {
    try {
      var subject = new AuditEvent.Subject(text(fields, 4), text(fields, 5), text(fields, 6));
      var event =
          new AuditEvent(
              Instant.parse(text(fields, 2)),
              AuditEvent.Kind.of(text(fields, 3)),
              subject,
              svid(fields),
              text(fields, 11));
      return new AuditLine(
          Long.parseLong(fields.group(1)), event, text(fields, 12), text(fields, 13));
    } catch (DateTimeException | IllegalArgumentException notOurs) {
      throw new IllegalArgumentException("is not a line that Tombolo wrote", notOurs);
    }
  }

  private static AuditEvent.@Nullable Svid svid(MatchResult fields) {
    return fields.group(7).isEmpty()
        ? null
        : new AuditEvent.Svid(
            text(fields, 7),
            Instant.parse(text(fields, 8)),
            text(fields, 9),
            fields.group(10) == null ? "" : text(fields, 10));
  }

  private static String text(MatchResult fields, int group) {
    return JsonText.read(fields.group(group));
  }

  /// As it is in the file, without the end of the line.
  public String text() {
    return text(body(number, event), previous, hash);
  }

  private static String text(String body, String previous, String hash) {
    var line = new StringBuilder(body.length() + 160).append(body);
    field(line, "previous", previous);
    field(line, "hash", hash);
    return line.append('}').toString();
  }

  private static String body(long number, AuditEvent event) {
    var subject = event.subject();
    var svid = event.svid();
    var body = new StringBuilder(640).append("{\"n\":").append(number);
    field(body, "time", event.time().toString());
    field(body, "event", event.kind().word());
    field(body, "identity", subject.identity());
    field(body, "node", subject.node());
    field(body, "how", subject.how());
    field(body, "serial", svid == null ? "" : svid.serial());
    field(body, "notAfter", svid == null ? "" : svid.notAfter().toString());
    field(body, "issuer", svid == null ? "" : svid.issuer());
    if (svid != null && !svid.replaces().isEmpty()) {
      field(body, "replaces", svid.replaces());
    }
    field(body, "reason", event.reason());
    return body.toString();
  }

  private static void field(StringBuilder line, String name, String value) {
    line.append(",\"").append(name).append("\":");
    JsonText.quote(line, value);
  }

  private static String hash(String previous, String body) {
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(sha.digest((previous + body).getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
