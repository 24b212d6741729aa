package io.tombolo.server.admin;

import io.tombolo.xds.receipt.Receipt;
import io.tombolo.xds.receipt.Standing;
import io.tombolo.xds.snapshot.ResourceName;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Receipts as JSON.
final class ReceiptPages {
  private ReceiptPages() {}

  static Pages.ReceiptPage of(Receipt receipt) {
    long unaffected = receipt.count(Standing.State.UNAFFECTED);
    return new Pages.ReceiptPage(
        receipt.revision(),
        text(receipt.at()),
        receipt.news(),
        receipt.proxies().size() - unaffected,
        receipt.count(Standing.State.APPLIED),
        receipt.count(Standing.State.PENDING),
        receipt.count(Standing.State.REFUSED),
        unaffected,
        receipt.proxies().stream().map(ReceiptPages::standing).toList());
  }

  private static Pages.StandingPage standing(Standing standing) {
    return new Pages.StandingPage(
        standing.proxy().nodeId(),
        standing.proxy().identity().toString(),
        standing.state().name().toLowerCase(Locale.ROOT),
        standing.why(),
        standing.since().toString(),
        text(standing.lostAt()),
        standing.lacking().stream().map(what -> lack(standing, what)).toList());
  }

  private static Pages.LackPage lack(Standing standing, ResourceName what) {
    var refusal = standing.refused().get(what);
    return new Pages.LackPage(
        what.type().name().toLowerCase(Locale.ROOT),
        what.name(),
        refusal == null ? null : refusal.message(),
        refusal == null ? null : refusal.at().toString());
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }
}
