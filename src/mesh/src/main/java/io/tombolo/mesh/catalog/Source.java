package io.tombolo.mesh.catalog;

import java.util.function.Consumer;

/// Reads one world and says facts about it. It only speaks; it never learns what becomes of a fact.
///
/// What it says:
/// - [Fact.Registered] and [Fact.Gone] for each change, and [Fact.Complete] after each full
///   listing, which names everything that is there;
/// - [Fact.Lost] when it cannot read its world, each time the reason changes, and never a Gone for
///   that; after the world is back a new listing with its Complete;
/// - rows it cannot take as [EndpointSet.Quarantined] or [Refused], never by failing.
public interface Source extends AutoCloseable {
  SourceId id();

  /// Starts to read and returns. Facts are said one at a time, in order, from a thread of the
  /// source's own. Called once.
  void start(Consumer<Fact> facts);

  /// Stops reading; nothing is said after it returns.
  @Override
  void close();
}
