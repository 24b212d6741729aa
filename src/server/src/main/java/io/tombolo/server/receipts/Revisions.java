package io.tombolo.server.receipts;

import io.tombolo.server.model.Model;
import io.tombolo.xds.receipt.Told;
import io.tombolo.xds.snapshot.Snapshot;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The last revisions that were told. They share with each other what they do not differ in, so
/// that each costs what it changed. Written by the model thread, read by any.
public final class Revisions implements Consumer<Model> {
  /// How many are remembered in full.
  private static final int MOST = 256;

  private final Clock clock;
  private final ConcurrentSkipListMap<Long, Told> told = new ConcurrentSkipListMap<>();
  private @Nullable Snapshot last;

  public Revisions(Clock clock) {
    this.clock = clock;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a new one is another instance
  public void accept(Model model) {
    var served = model.served().orElse(null);
    if (served == null || served == last) {
      return;
    }
    told.put(served.revision(), new Told(last, served, clock.instant()));
    last = served;
    if (told.size() > MOST) {
      told.pollFirstEntry();
    }
  }

  /// The telling by which a revision came out: its own, or that of a later one which it was part
  /// of. Empty if it has not come out, or so long ago that it is forgotten.
  Optional<Told> tellingOf(long revision) {
    var telling = told.ceilingEntry(revision);
    if (telling == null) {
      return Optional.empty();
    }
    boolean remembered = revision >= told.firstKey() || telling.getValue().before() == null;
    return remembered ? Optional.of(telling.getValue()) : Optional.empty();
  }

  /// Has this revision, or a later one, been told?
  boolean isOut(long revision) {
    var newest = told.lastEntry();
    return newest != null && newest.getKey() >= revision;
  }
}
