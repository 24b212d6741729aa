package io.tombolo.mesh.catalog;

import java.net.Inet4Address;
import java.net.InetAddress;

/// IP addresses as text.
public final class Ip {
  private Ip() {}

  /// Does the host of a URL mean this very machine: `localhost`, or a loopback address? Any other
  /// name does not, whatever it looks like.
  public static boolean isLoopbackHost(String host) {
    if (host.equals("localhost") || host.equals("[::1]")) {
      return true;
    }
    try {
      return parse(host).isLoopbackAddress();
    } catch (IllegalArgumentException name) {
      return false;
    }
  }

  /// The address that this text is in its usual form, which is the only one that Envoy takes too:
  /// no `10.1` for 10.0.0.1, no brackets, no zone, no IPv4 in IPv6.
  ///
  /// @throws IllegalArgumentException if it is not
  public static InetAddress parse(String text) {
    var ip = InetAddress.ofLiteral(text);
    boolean usual =
        ip instanceof Inet4Address
            ? ip.getHostAddress().equals(text)
            : text.indexOf('%') < 0 && text.indexOf('[') < 0;
    if (!usual) {
      throw new IllegalArgumentException("not an IP address in its usual form");
    }
    return ip;
  }
}
