package io.tombolo.xds.profile;

import java.util.Optional;

/// What became of a request.
///
/// @param status of HTTP; 0 if the connection or the stream was closed instead
/// @param seen what the application saw, if it was reached
record Answer(int status, Optional<Seen> seen) {
  static final Answer CLOSED = new Answer(0, Optional.empty());

  /// Is the connection as good as before? Not if what was sent may have been read as something
  /// else.
  boolean isOrderly() {
    return seen.isPresent() || status == 403;
  }

  /// The header of responses that an application gives, and no proxy.
  static final String BY_APPLICATION = "x-by-application";
}
