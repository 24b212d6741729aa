package io.tombolo.kubernetes;

import io.tombolo.mesh.catalog.Ip;

/// IP addresses as text.
final class Address {
  private Address() {}

  /// The one way to write this address, so that equal addresses are equal texts; what is not an IP
  /// address in its usual form stays as it is.
  static String canonical(String text) {
    try {
      return Ip.parse(text).getHostAddress();
    } catch (IllegalArgumentException notAnAddress) {
      return text;
    }
  }
}
