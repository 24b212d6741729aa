package io.tombolo.kubernetes;

import java.net.InetAddress;

/// IP addresses as text.
final class Address {
  private Address() {}

  /// The one way to write this address, so that equal addresses are equal texts; what is not an IP
  /// address stays as it is.
  static String canonical(String text) {
    try {
      return InetAddress.ofLiteral(text).getHostAddress();
    } catch (IllegalArgumentException notAnAddress) {
      return text;
    }
  }
}
