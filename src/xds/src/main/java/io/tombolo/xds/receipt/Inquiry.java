package io.tombolo.xds.receipt;

import io.tombolo.mesh.scope.Proxy;
import io.tombolo.xds.delivery.Lack;
import io.tombolo.xds.snapshot.ResourceName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Asks, as often as one likes, what has become of one revision: what it changed is found out once.
/// Not thread-safe.
public final class Inquiry {
  private final Told told;
  private final List<String> news;
  private final Map<Asked, Set<ResourceName>> changed = new HashMap<>();

  private record Asked(Proxy proxy, Set<String> demanded) {}

  public Inquiry(Told told) {
    this.told = told;
    this.news = told.news();
  }

  public long revision() {
    return told.revision();
  }

  /// The receipt, by what streams say now.
  public Receipt receipt(List<Receipt.Report> reports) {
    return new Receipt(
        told.revision(), told.at(), news, reports.stream().map(this::standing).toList());
  }

  /// Whoever has not even looked at it lacks all of it.
  private Standing standing(Receipt.Report report) {
    var ofProxy =
        changed.computeIfAbsent(
            new Asked(report.stream().proxy(), report.demanded()),
            asked -> told.changedFor(asked.proxy(), asked.demanded()));
    var lacking =
        report.seen() >= told.revision()
            ? report.lacking().stream().filter(lack -> ofProxy.contains(lack.what())).toList()
            : ofProxy.stream().map(what -> new Lack(what, null)).toList();
    return Standing.of(report.stream(), !ofProxy.isEmpty(), lacking);
  }
}
