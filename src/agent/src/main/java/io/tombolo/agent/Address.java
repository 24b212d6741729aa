package io.tombolo.agent;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Port;

/// Where something listens: a host name or IP address, and a port.
public record Address(String host, int port) {
  public Address {
    if (host.isBlank() || host.length() > 253) {
      throw new IllegalArgumentException("the host of an address has 1 to 253 characters");
    }
    Port.requireValid(port);
  }

  /// The address written as `HOST:PORT`, an IPv6 address in brackets.
  ///
  /// @throws IllegalArgumentException if it is not one; the message names `what`
  public static Address parse(String what, String text) {
    int colon = text.lastIndexOf(':');
    try {
      String host = text.substring(0, Math.max(colon, 0));
      boolean bracketed = host.startsWith("[") && host.endsWith("]");
      return new Address(
          bracketed ? host.substring(1, host.length() - 1) : host,
          Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException(
          "%s must be HOST:PORT, not \"%s\"".formatted(what, Names.printable(text)));
    }
  }

  boolean isIp() {
    return host.indexOf(':') >= 0 || host.matches("[0-9]{1,3}([.][0-9]{1,3}){3}");
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
