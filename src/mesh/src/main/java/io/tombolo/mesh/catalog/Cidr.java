package io.tombolo.mesh.catalog;

import java.net.InetAddress;

/// A range of IP addresses: those that share the first `bits` with `base`.
public record Cidr(InetAddress base, int bits) {
  public Cidr {
    if (bits < 0 || bits > base.getAddress().length * 8) {
      throw new IllegalArgumentException("a prefix length is 0 to 32, or 128 for IPv6");
    }
  }

  /// `10.0.0.0/8`, or one address.
  ///
  /// @throws IllegalArgumentException if it is neither
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    var base = Ip.parse(slash < 0 ? text : text.substring(0, slash));
    int all = base.getAddress().length * 8;
    return new Cidr(base, slash < 0 ? all : Integer.parseInt(text.substring(slash + 1)));
  }

  public boolean contains(InetAddress address) {
    byte[] wanted = base.getAddress();
    byte[] actual = address.getAddress();
    if (wanted.length != actual.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> (bit % 8);
      if ((wanted[bit / 8] & mask) != (actual[bit / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return base.getHostAddress() + "/" + bits;
  }
}
