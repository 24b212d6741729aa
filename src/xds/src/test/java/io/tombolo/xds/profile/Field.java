package io.tombolo.xds.profile;

/// A header, or a pseudo-header of HTTP/2, as it is sent. Texts here and in requests are bytes:
/// each character is one of U+0000 to U+00FF.
record Field(String name, String value) {
  boolean is(String other) {
    return name.equalsIgnoreCase(other);
  }
}
