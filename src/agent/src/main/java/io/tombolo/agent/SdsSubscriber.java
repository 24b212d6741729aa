package io.tombolo.agent;

/// A stream that wants to hear of new secrets. Thread-safe: requests and news come from different
/// threads.
interface SdsSubscriber {
  /// Sends what the stream asked for and does not have yet.
  void refresh();
}
