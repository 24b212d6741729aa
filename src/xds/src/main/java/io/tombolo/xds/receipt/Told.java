package io.tombolo.xds.receipt;

import io.tombolo.mesh.scope.Proxy;
import io.tombolo.xds.snapshot.ResourceName;
import io.tombolo.xds.snapshot.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A revision that proxies were told of.
///
/// @param before what was told until then; null if nothing was
/// @param at when it was there to be told
public record Told(@Nullable Snapshot before, Snapshot snapshot, Instant at) {
  public long revision() {
    return snapshot.revision();
  }

  /// What it changed, each in a few words.
  public List<String> news() {
    return snapshot.newsSince(before);
  }

  /// What it changed of that which this proxy is told.
  ///
  /// @param demanded what it has asked for by address
  public Set<ResourceName> changedFor(Proxy proxy, Set<String> demanded) {
    return snapshot.changedFor(proxy, demanded, before);
  }
}
