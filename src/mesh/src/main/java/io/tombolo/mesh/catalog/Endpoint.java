package io.tombolo.mesh.catalog;

/// One address of a workload for one port of a service.
///
/// @param portName the name of the service's port that it serves
/// @param address its IP address, as peers in the same network reach it
/// @param port the port of the application
/// @param appAddress where its own proxy finds the application: its address, or loopback
/// @param proxyPort the port of its proxy for mesh traffic
/// @param network from where the address can be reached without a gateway
/// @param zone its zone, or empty
/// @param weight its share of the traffic, 1 to 65535
public record Endpoint(
    Workload workload,
    String portName,
    String address,
    int port,
    String appAddress,
    int proxyPort,
    String network,
    String zone,
    Health health,
    int weight) {
  /// The port of proxies for mesh traffic unless a workload says otherwise.
  public static final int PROXY_PORT = 15006;

  public Endpoint {
    Port.requireValid(port);
    Port.requireValid(proxyPort);
    Names.requireLabel("the name of a network", network);
    if (weight < 1 || weight > 65535) {
      throw new IllegalArgumentException("a weight is 1 to 65535, not " + weight);
    }
  }
}
