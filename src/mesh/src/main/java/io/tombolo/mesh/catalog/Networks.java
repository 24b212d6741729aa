package io.tombolo.mesh.catalog;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The networks of the mesh: sets of addresses that reach each other without a gateway.
///
/// @param byName the address ranges of each network; none declared means that any address may be in
///   it
public record Networks(Map<String, List<Cidr>> byName) {

  /// Where an address belongs.
  public sealed interface Place {
    record In(String network) implements Place {}

    /// @param reason what is wrong with the address, and the way out
    record Refused(String reason) implements Place {}
  }

  public Networks {
    byName.keySet().forEach(name -> Names.requireLabel("the name of a network", name));
    byName = new TreeMap<>(byName);
  }

  /// The network of an address, which is IP text from outside.
  ///
  /// Loopback, link-local, multicast and wildcard addresses are refused unless a network declares a
  /// range within them: such an address means something else on every host.
  ///
  /// @param usual the network of the source that names the address
  public Place place(String address, String usual) {
    InetAddress ip;
    try {
      ip = Ip.parse(address);
    } catch (IllegalArgumentException notAnAddress) {
      return new Place.Refused(
          "address: \"%s\" is not an IP address".formatted(Names.printable(address)));
    }
    for (var network : byName.entrySet()) {
      if (network.getValue().stream().anyMatch(range -> range.contains(ip))) {
        return new Place.In(network.getKey());
      }
    }
    if (special(ip)) {
      return new Place.Refused(
          "address: %s is a loopback, link-local, multicast or wildcard address, which other hosts"
                  .formatted(ip.getHostAddress())
              + " cannot reach; register the address that peers use");
    }
    return byName.getOrDefault(usual, List.of()).isEmpty()
        ? new Place.In(usual)
        : new Place.Refused(
            ("address: %s is outside the declared networks (%s); correct it, or add its range to"
                    + " tombolo.networks.\"%s\".cidrs")
                .formatted(ip.getHostAddress(), String.join(", ", byName.keySet()), usual));
  }

  private static boolean special(InetAddress ip) {
    return ip.isLoopbackAddress()
        || ip.isLinkLocalAddress()
        || ip.isMulticastAddress()
        || ip.isAnyLocalAddress();
  }
}
