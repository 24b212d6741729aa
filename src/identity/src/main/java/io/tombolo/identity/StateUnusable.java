package io.tombolo.identity;

/// What the authority keeps cannot be used as it is, and it would be unsafe to start over. The
/// message names the object, what is wrong with it and the way out; it holds no secret.
public final class StateUnusable extends RuntimeException {
  public StateUnusable(String message) {
    super(message);
  }
}
