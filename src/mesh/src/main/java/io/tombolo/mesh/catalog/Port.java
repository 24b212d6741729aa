package io.tombolo.mesh.catalog;

/// A port of a service.
///
/// @param name empty if the service has one port without a name
/// @param number the port a client of the service names, 1 to 65535
public record Port(String name, int number, Protocol protocol) {
  public Port {
    if (!name.isEmpty()) {
      Names.requireLabel("the name of a port", name);
    }
    requireValid(number);
  }

  /// @throws IllegalArgumentException if it is not within 1 to 65535
  public static int requireValid(int number) {
    if (number < 1 || number > 65535) {
      throw new IllegalArgumentException("a port is 1 to 65535, not " + number);
    }
    return number;
  }
}
