package io.tombolo.agent;

/// Who wants to hear of new secrets. Thread-safe: requests and news come from different threads.
interface Subscriber {
  /// Takes from the keyring what is new to this subscriber.
  void refresh();
}
