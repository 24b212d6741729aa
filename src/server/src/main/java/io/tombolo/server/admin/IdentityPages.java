package io.tombolo.server.admin;

import io.tombolo.identity.AuditChain;
import io.tombolo.identity.AuditLine;
import io.tombolo.identity.Ban;
import io.tombolo.identity.Inventory;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.server.federation.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The audit log, the SVIDs and the bans as they appear in JSON. Times are ISO-8601 in UTC.
final class IdentityPages {
  private IdentityPages() {}

  /// @param trouble why nothing is issued at present, and the way out
  /// @param check null if it was not asked for
  record AuditPage(List<LinePage> lines, @Nullable String trouble, @Nullable CheckPage check) {}

  /// As in the file; what does not apply is empty.
  record LinePage(
      long n,
      String time,
      String event,
      String identity,
      String node,
      String how,
      String serial,
      String notAfter,
      String issuer,
      String reason,
      String previous,
      String hash) {}

  /// @param lines how many follow each from the one before
  /// @param head the hash of the last of them; keep it elsewhere to know later that none is missing
  /// @param problem what is wrong with the next
  record CheckPage(long lines, @Nullable String head, @Nullable String problem) {}

  /// @param secondsToIssuerEnd until a certificate ends that issuing needs
  /// @param overdue how many are in the last third of their life
  record CertsPage(List<CertPage> certs, long secondsToIssuerEnd, long overdue) {}

  record CertPage(
      String identity,
      String node,
      String serial,
      String issued,
      String expires,
      String issuer,
      String how) {}

  /// @param trouble why it is not known who is banned, and the way out
  record BansPage(List<BanPage> bans, @Nullable String trouble) {}

  record BanPage(String subject, String since, String reason) {}

  record FederationPage(List<PartnerPage> domains) {}

  /// Another trust domain.
  ///
  /// @param sequence of its bundle in force; null if there is none, 0 if it says none
  /// @param age seconds since its endpoint served it; null if it never did
  /// @param trouble why looking last did not work
  record PartnerPage(
      String trustDomain,
      String url,
      @Nullable Long sequence,
      int roots,
      int jwtKeys,
      @Nullable Long age,
      @Nullable String trouble) {}

  record BanRequest(@Nullable String subject, @Nullable String reason) {}

  static LinePage of(AuditLine line) {
    var event = line.event();
    var svid = event.svid();
    return new LinePage(
        line.number(),
        event.time().toString(),
        event.kind().word(),
        event.subject().identity(),
        event.subject().node(),
        event.subject().how(),
        svid == null ? "" : svid.serial(),
        svid == null ? "" : svid.notAfter().toString(),
        svid == null ? "" : svid.issuer(),
        event.reason(),
        line.previous(),
        line.hash());
  }

  static CheckPage of(AuditChain.Result result) {
    return switch (result) {
      case AuditChain.Result.Whole(var lines, var head, _) -> new CheckPage(lines, head, null);
      case AuditChain.Result.Torn(var before, var rest) ->
          new CheckPage(
              before.lines(),
              before.head(),
              "line %d is torn: %d bytes without an end"
                  .formatted(before.lines() + 1, rest.length()));
      case AuditChain.Result.Broken(var line, var why) ->
          new CheckPage(line - 1, null, "line %d %s".formatted(line, why));
    };
  }

  static CertPage of(Inventory.Entry entry) {
    return new CertPage(
        entry.identity(),
        entry.node(),
        entry.serial(),
        entry.issued().toString(),
        entry.expires().toString(),
        entry.issuer(),
        entry.how());
  }

  static PartnerPage of(Standing standing, Instant now) {
    var bundle = standing.bundle();
    return new PartnerPage(
        standing.trustDomain().name(),
        standing.url(),
        bundle.map(TrustBundle::sequence).orElse(null),
        bundle.map(one -> one.roots().size()).orElse(0),
        bundle.map(one -> one.jwtKeys().size()).orElse(0),
        standing.fetched().map(at -> Duration.between(at, now).toSeconds()).orElse(null),
        standing.trouble().orElse(null));
  }

  static BanPage of(Ban ban) {
    return new BanPage(ban.subject(), ban.since().toString(), ban.reason());
  }
}
