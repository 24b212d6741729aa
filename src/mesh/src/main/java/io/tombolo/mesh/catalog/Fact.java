package io.tombolo.mesh.catalog;

import java.time.Instant;
import java.util.Set;

/// What the model is told.
public sealed interface Fact {
  /// What a source says. It says nothing else, and never reads what becomes of it.
  sealed interface OfSource extends Fact {
    SourceId source();
  }

  /// Who is banned from now on: all who are.
  record Bans(Banned banned) implements Fact {}

  /// This item is so now.
  record Registered(Item item) implements OfSource {
    @Override
    public SourceId source() {
      return item.key().source();
    }
  }

  /// The source itself said that this is gone. Losing the source is not that.
  record Gone(Key key) implements OfSource {
    @Override
    public SourceId source() {
      return key.source();
    }
  }

  /// All has been listed: whatever else is known of this source is gone. Said after each full
  /// listing; from the first on, the source counts as synced.
  record Complete(SourceId source, Set<Key> present) implements OfSource {
    public Complete {
      present = Set.copyOf(present);
    }
  }

  /// The items registered so far are what an earlier run knew last. Said once, at start, before the
  /// source itself speaks.
  record Recalled(SourceId source) implements OfSource {}

  /// The source cannot be read for now. Everything known of it stays.
  ///
  /// @param why printable, without secrets
  record Lost(SourceId source, Instant since, String why) implements OfSource {}
}
