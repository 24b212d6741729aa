package io.tombolo.xds.receipt;

import io.tombolo.xds.delivery.Lack;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What has become of a revision.
///
/// @param at when it was there to be told; null if that is not known any more, and then all that
///   was changed until it counts, and nobody is unaffected
/// @param news what it changed, each in a few words
/// @param proxies every proxy that is connected, or that was and is missed; those with trouble
///   first
public record Receipt(
    long revision, @Nullable Instant at, List<String> news, List<Standing> proxies) {
  private static final Comparator<Standing> TROUBLE_FIRST =
      Comparator.comparing(Standing::state).thenComparing(s -> s.proxy().nodeId());

  /// What a stream says of itself.
  ///
  /// @param seen the newest revision that it looked at
  /// @param demanded what its proxy has asked for by address
  /// @param lacking what its proxy lacks of the revision that is asked for
  public record Report(
      Standing.Stream stream, long seen, Set<String> demanded, List<Lack> lacking) {}

  public Receipt {
    news = List.copyOf(news);
    proxies = proxies.stream().sorted(TROUBLE_FIRST).toList();
  }

  /// The receipt of a revision of which it is not known any more what it changed.
  public static Receipt ofOld(long revision, List<Report> reports) {
    return new Receipt(
        revision,
        null,
        List.of(),
        reports.stream()
            .map(report -> Standing.of(report.stream(), true, report.lacking()))
            .toList());
  }

  public long count(Standing.State state) {
    return proxies.stream().filter(standing -> standing.state() == state).count();
  }

  /// Is there nobody who may still get it?
  public boolean settled() {
    return count(Standing.State.PENDING) == 0;
  }
}
