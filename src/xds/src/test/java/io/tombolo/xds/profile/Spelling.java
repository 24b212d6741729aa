package io.tombolo.xds.profile;

/// One way to write a path.
///
/// @param kind the class it is of, as in docs/using/http-profile.md
/// @param path as it is sent, each character a byte
record Spelling(String kind, String path) {}
