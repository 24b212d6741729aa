package io.tombolo.agent;

/// Who is told of new secrets.
interface Subscriber {
  /// There are new secrets; ask for them.
  void refresh();

  /// Has it taken up all that it was told?
  default boolean settled() {
    return true;
  }

  /// Why it did not take up what it was told last; empty if it did, or has not said yet.
  default String refusal() {
    return "";
  }
}
