package io.tombolo.mesh.flow;

/// What became of an object of one world in the other, where it is written through.
///
/// @param written is all of it there?
/// @param message where, what is left out, or why it is not
public record Elsewhere(boolean written, String message) {
  /// Of two places.
  public Elsewhere and(Elsewhere other) {
    return new Elsewhere(written && other.written, message + "\n" + other.message);
  }
}
