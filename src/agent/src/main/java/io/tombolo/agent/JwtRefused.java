package io.tombolo.agent;

/// A token is no JWT-SVID that is to be accepted. The message says why, and has nothing of the
/// token in it that is not printable.
final class JwtRefused extends Exception {
  JwtRefused(String message) {
    super(message);
  }
}
