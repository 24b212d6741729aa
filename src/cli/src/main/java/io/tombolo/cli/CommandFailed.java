package io.tombolo.cli;

/// A command could not do what it was asked to. The message says what, and the way out; it is all
/// that the user sees.
public final class CommandFailed extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CommandFailed(String message) {
    super(message);
  }

  public CommandFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
