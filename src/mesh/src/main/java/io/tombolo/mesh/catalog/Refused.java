package io.tombolo.mesh.catalog;

/// An object of a source that could not be taken as a whole: a service with a hostile name, a file
/// that does not parse. It is shown in status and affects nothing else.
///
/// @param what the object as its source calls it, printable
/// @param reason what is wrong with which field, and the way out
public record Refused(SourceId source, String what, String reason) implements Item {
  @Override
  public Key key() {
    return key(source, what);
  }

  public static Key key(SourceId source, String what) {
    return new Key(source, Key.Kind.REFUSED, "", what, "");
  }
}
