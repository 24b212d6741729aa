package io.tombolo.mesh.scope;

import io.tombolo.mesh.catalog.Ip;
import io.tombolo.mesh.catalog.Port;

/// A service that a proxy makes available on a local address, as its node metadata declares it.
///
/// @param service a name that [io.tombolo.mesh.catalog.Naming#resolve] understands
/// @param port the service's port number, or 0 for its first
/// @param listenAddress a loopback address to listen on
/// @param listenPort the port to listen on
public record Upstream(String service, int port, String listenAddress, int listenPort) {
  public Upstream {
    if (port != 0) {
      Port.requireValid(port);
    }
    Port.requireValid(listenPort);
    if (!Ip.parse(listenAddress).isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "an upstream listens on a loopback address; anyone on the network could use another");
    }
  }
}
